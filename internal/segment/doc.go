// Package segment is an append-only log over a small file-system contract.
package segment
