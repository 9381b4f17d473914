package meteringtest

import "github.com/meterbook/meterbook/internal/segment"

// faultFile is an open file of Faults.
type faultFile struct {
	faults *Faults
	file   segment.File
	name   string
}

// pageLoser is a file that knows what is not durable of it.
type pageLoser interface{ losePages() }

// losePages passes on what befalls a file below.
func (f *faultFile) losePages() {
	if disk, ok := f.file.(pageLoser); ok {
		disk.losePages()
	}
}

func (f *faultFile) ReadAt(p []byte, off int64) (int, error) {
	if _, err := f.faults.begin(&Call{Method: MethodReadAt, Name: f.name, Off: off, Len: len(p)}); err != nil {
		return 0, err
	}
	return f.file.ReadAt(p, off)
}

func (f *faultFile) WriteAt(p []byte, off int64) (int, error) {
	c := Call{Method: MethodWriteAt, Name: f.name, Off: off, Len: len(p)}
	short, err := f.faults.begin(&c)
	switch {
	case err == nil:
		return f.faults.grow(f.file, c, p)
	case err == ErrOmit:
		return len(p), nil
	case short:
		// However little room there is: the fault comes first.
		n, _ := f.faults.grow(f.file, c, p[:len(p)/2])
		return n, err
	}
	return 0, err
}

func (f *faultFile) Size() (int64, error) {
	if _, err := f.faults.begin(&Call{Method: MethodSize, Name: f.name}); err != nil {
		return 0, err
	}
	return f.file.Size()
}

func (f *faultFile) Truncate(size int64) error {
	c := Call{Method: MethodTruncate, Name: f.name, Off: size}
	return f.faults.do(&c, func() error { return f.faults.truncate(f.file, c) })
}

func (f *faultFile) Sync() error {
	switch _, err := f.faults.begin(&Call{Method: MethodSync, Name: f.name}); err {
	case nil:
		return f.file.Sync()
	case ErrOmit:
		return nil
	default:
		f.losePages()
		return err
	}
}

func (f *faultFile) Close() error {
	return f.faults.release(&Call{Method: MethodClose, Name: f.name}, f.file)
}
