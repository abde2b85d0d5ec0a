package writertest

import (
	"path/filepath"
	"testing"

	"github.com/dnslab/dnslab/results"
)

// Upgrade is results/testdata/before.json and after.json: Docker was upgraded,
// with some of every difference there is.
func Upgrade(t testing.TB) (before, after results.Run) {
	t.Helper()
	for name, run := range map[string]*results.Run{"before.json": &before, "after.json": &after} {
		var err error
		if *run, err = results.Read(filepath.Join("..", "testdata", name)); err != nil {
			t.Fatal(err)
		}
	}
	return before, after
}

// NastyDiff has s wherever text that was observed can be.
func NastyDiff(s string) results.Diff {
	stand := func(status results.Status, more string) results.Standing {
		return results.Standing{Status: status, Reason: s, Needs: []string{s}, Case: s + more, Expected: s + more, Seen: []string{s + more}, Rounds: 1}
	}
	claim := func(a, b results.Status, differs ...string) results.ClaimDiff {
		return results.ClaimDiff{
			Runtime: s, Lab: s, Claim: s, Says: s, Differs: differs, A: stand(a, ""), B: stand(b, "more"),
			Observed: []results.ObservationDiff{{Name: s, A: s, B: s + "more"}},
		}
	}
	return results.Diff{
		A: results.Side{File: s, Run: s, Runtime: s}, B: results.Side{File: s, Build: results.Build{Version: s}}, On: []string{s, "docker"},
		Runtimes: []results.RuntimeDiff{{A: s, B: s, Changes: []results.Change{{What: results.ChangedFact, Name: s, A: s}, {What: results.ChangedCap, Name: s, B: s}}}},
		Claims: []results.ClaimDiff{
			claim(results.Pass, results.Fail, results.InStatus, results.InExpected, results.InSeen, results.InCase),
			claim(results.Skip, results.Error, results.InStatus), claim(results.Pass, "", results.InPresence),
		},
		Cases: []results.ClaimDiff{claim(results.Pass, results.Pass, results.InCase)}, Unsteady: []results.ClaimDiff{claim(results.Pass, results.Pass)},
	}
}
