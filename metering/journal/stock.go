package journal

// A stock is memory that the index takes next. Where the operating system has to find
// it page by page, that costs as much as entering the entries, so it is had while
// Append waits for the disk, and not while it holds the lock.

// stock makes room for another batch of so many events.
func (j *Journal) stock(events int) {
	j.mu.Lock()
	chunks := events/chunkEntries + 1 - len(j.index.table.arena.free)
	pages := events*stockBytes/pageBytes + 1 - len(j.index.table.spare)
	j.mu.Unlock()
	fresh := make([]*chunk, 0, max(chunks, 0))
	for range chunks {
		c := new(chunk)
		for i := 0; i < chunkEntries; i += pageBytes / 32 {
			c[i].seq = 0
		}
		fresh = append(fresh, c)
	}
	spare := make([]*page, 0, max(pages, 0))
	for range pages {
		p := new(page)
		p[0][0] = 0
		spare = append(spare, p)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.index.table.spare = append(j.index.table.spare, spare...)
	for _, c := range fresh {
		j.index.table.arena.keep(c)
	}
}

const (
	pageBytes  = 4096
	stockBytes = 15 // of the table, for an entry
)
