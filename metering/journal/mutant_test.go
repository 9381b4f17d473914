package journal_test

import (
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/meterbook/meterbook/metering/journal"
	"github.com/meterbook/meterbook/metering/meteringtest"
)

// harmless are the functions with a sync that nothing of what was promised hangs
// on, and why.
var harmless = map[string]string{
	"journal/move.go: drop: SyncDir": "a file of a day that left the window is passed over by name, should it come up again",
	"segment/recover.go: mend: SyncDir": "a segment has frames only once its name is durable, and one without frames is made again, " +
		"with a sync of its own: it is for logs whose file system lost a sync of the directory",
}

// nameOf returns the file, the function and the call of a line of code.
func nameOf(t *testing.T, site string) string {
	file, line, _ := strings.Cut(site, ":")
	source, err := os.ReadFile(map[string]string{"journal": ".", "segment": "../../internal/segment"}[path.Dir(file)] + "/" + path.Base(file))
	require.NoError(t, err)
	lines := strings.Split(string(source), "\n")
	n, err := strconv.Atoi(line)
	require.NoError(t, err)
	call := "Sync"
	if strings.Contains(lines[n-1], "SyncDir()") {
		call = "SyncDir"
	}
	for n--; !strings.HasPrefix(lines[n], "func "); n-- {
	}
	name := regexp.MustCompile(`^func (?:\([^)]*\) )?(\w+)`).FindStringSubmatch(lines[n])[1]
	return file + ": " + name + ": " + call
}

// syncSites returns the lines that sync in a scenario, and in what follows it.
func syncSites(seed uint64) []string {
	var mu sync.Mutex
	var sites []string
	below := func(d *meteringtest.Disk) journal.Files {
		return meteringtest.WithoutSync(d, func(c meteringtest.Call) bool {
			mu.Lock()
			defer mu.Unlock()
			if site := c.Site(); !slices.Contains(sites, site) {
				sites = append(sites, site)
			}
			return false
		})
	}
	powerLoss(openReal, seed, 60, false, below)
	slices.Sort(sites)
	return sites
}

// TestEverySyncCounts: without any one of the syncs the suite that cuts the power
// fails.
func TestEverySyncCounts(t *testing.T) {
	if raceEnabled && !*full {
		t.Skip("with -journal.full: it is the suites that are tried, without -race as well")
	}
	t.Parallel()
	seed := journal.LawSeed() + 1
	sites := syncSites(seed)
	require.Greater(t, len(sites), 5)
	for _, site := range sites {
		below := func(d *meteringtest.Disk) journal.Files {
			return meteringtest.WithoutSync(d, meteringtest.AtSite(site))
		}
		name := nameOf(t, site)
		cases := form(3000, 10_000)
		if harmless[name] != "" {
			cases = form(200, 10_000)
		}
		out := powerLoss(openReal, seed, cases, true, below)
		switch why := harmless[name]; {
		case out.bad() && why != "":
			t.Errorf("%-42s is not harmless: %s", name, out.first)
		case out.bad():
			t.Logf("%-42s found after %d cases: %.150s", name, out.cases, out.first)
		case why != "":
			t.Logf("%-42s harmless: %s", name, why)
		default:
			t.Errorf("%-42s nothing misses it in %d cases", name, out.cases)
		}
	}
}
