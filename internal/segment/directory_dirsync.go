//go:build !windows

package segment

import "os"

func syncDirectory(dir *os.File) error { return dir.Sync() }
