package results

// A Tally counts results by status.
type Tally struct {
	Pass, Fail, Skip, Error int
	Flaky                   int // of those that passed
}

// Sum counts results.
func Sum(all ...Result) Tally {
	var t Tally
	for _, r := range all {
		t.Add(r)
	}
	return t
}

// Add counts one more result.
func (t *Tally) Add(r Result) {
	switch r.Status {
	case Pass:
		t.Pass++
	case Fail:
		t.Fail++
	case Skip:
		t.Skip++
	case Error:
		t.Error++
	}
	if r.Flaky() {
		t.Flaky++
	}
}

// Plus returns the sum of both.
func (t Tally) Plus(u Tally) Tally {
	return Tally{t.Pass + u.Pass, t.Fail + u.Fail, t.Skip + u.Skip, t.Error + u.Error, t.Flaky + u.Flaky}
}

// Total is how many results were counted.
func (t Tally) Total() int { return t.Pass + t.Fail + t.Skip + t.Error }

// Worst is the status that speaks for them all: a fail before an error before
// a pass before a skip; empty where nothing was counted.
func (t Tally) Worst() Status {
	switch {
	case t.Fail > 0:
		return Fail
	case t.Error > 0:
		return Error
	case t.Pass > 0:
		return Pass
	case t.Skip > 0:
		return Skip
	}
	return ""
}
