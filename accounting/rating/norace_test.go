//go:build !race

package rating_test

const raceEnabled = false
