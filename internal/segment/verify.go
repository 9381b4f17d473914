package segment

import "errors"

// A Report is what Verify found.
type Report struct {
	ID       ID
	Segments []SegmentReport
	Clean    bool  // the log had been closed
	Torn     *Torn // an end that was not written whole, which Open would cut off
}

// A SegmentReport is about one segment.
type SegmentReport struct {
	File    string
	First   uint64 // sequence of its first record
	Records uint64 // that check, up to the first damage
	Bytes   int64  // that check
	Err     error  // nil, or a *CorruptError
}

// Verify reads every byte of a log and changes nothing; it takes no lock, and a
// log that is being written looks as it would after a kill. The error joins
// those of the segments: each is looked at, whatever the others are like.
func Verify(files Files) (Report, error) {
	names, err := files.List()
	if err != nil {
		return Report{}, failed("list", "directory", err)
	}
	numbers := segmentNumbers(names)
	var report Report
	var errs []error
	var before *place // at the end of the segment before, if it could be read
	for i, number := range numbers {
		if i > 0 && number != numbers[i-1]+1 {
			errs = append(errs, &CorruptError{File: segmentName(numbers[i-1] + 1), Reason: "segment is missing"})
			before = nil
		}
		s, end := report.segment(files, number, i == len(numbers)-1, before)
		errs = append(errs, s.Err)
		report.Segments = append(report.Segments, s)
		before = end
	}
	return report, errors.Join(errs...)
}

// segment reads one segment. The end is nil if that could not be reached.
func (r *Report) segment(files Files, number uint64, last bool, before *place) (SegmentReport, *place) {
	s := SegmentReport{File: segmentName(number)}
	f, err := files.Open(s.File)
	if err != nil {
		s.Err = failed("open", s.File, err)
		return s, nil
	}
	defer f.Close()
	h, size, err := readHeader(f, s.File)
	if err != nil {
		if last {
			empty, e := unfinished(f, s.File, size, err)
			if e != nil || empty {
				s.Err = e
				return s, nil
			}
		}
		s.Err = err
		return s, nil
	}
	if r.ID.IsZero() {
		r.ID = h.id
	}
	end, err := r.read(f, h, size, last)
	s.First, s.Records, s.Bytes = h.first, end.seq-(h.first-1), end.off
	s.Err = errors.Join(follows(s.File, h, r.ID, before), err)
	if err != nil {
		return s, nil
	}
	return s, &end
}

// read reads a segment to its end, which can be torn in the last one only.
func (r *Report) read(f File, h header, size int64, last bool) (place, error) {
	if last {
		v := recovery{h: h, size: size}
		err := v.tail(f)
		r.Clean, r.Torn = v.report.Clean && err == nil, v.report.Torn
		return v.end, err
	}
	s := scan(f, h, size)
	err := s.all()
	if err == nil && s.at.last != sealing {
		err = s.corrupt("segment does not end in its seal")
	}
	return s.at, err
}
