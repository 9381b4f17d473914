//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package segment

import (
	"errors"
	"fmt"
	"os"
	"runtime"
)

// lockFile refuses: a log without a lock could be written twice at once.
func lockFile(*os.File) error {
	return fmt.Errorf("segment: no file locks on %s: %w", runtime.GOOS, errors.ErrUnsupported)
}

func unlockFile(*os.File) error { return nil }
