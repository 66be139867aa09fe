package match

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sync"
)

// A judged question is a phrasing that the index did not learn from, with what was found for it.
type judged struct {
	result Result
	entry  int  // the entry it asks for
	known  bool // that entry was learnt from its other phrasings; otherwise it is as if it were not there
}

// A Test is a question with the entries that answer it; with none, nothing does.
type Test struct {
	Text  string
	Right []string
}

// enoughTests is how many tests it takes to fit a confidence to them rather than to held-out phrasings.
const enoughTests = 100

// calibrate fits the confidence. Where there are enough tests it is fitted on them, since they are asked as readers ask, and
// says whether there is an answer at all: which entry gives it is the ranking's business, and neighbours often serve as well.
// Otherwise it is fitted on phrasings held out and says whether the best entry is the right one.
func (ix *Index) calibrate(tests []Test, held []judged) {
	var xs [][signals]float64
	var right []bool
	if len(tests) >= enoughTests {
		w := &work{}
		for _, t := range tests {
			ix.analyser.read(t.Text, w)
			if len(w.words) == 0 {
				continue
			}
			ix.score(w)
			r := ix.weigh(w)
			xs = append(xs, r.Signals.vector())
			right = append(right, len(t.Right) > 0)
		}
	} else {
		// There are thousands of phrasings: they need no guess to be pulled towards. Of them half the sure ones are worth an
		// answer, since a wrong one costs twice a silence.
		for _, at := range ix.policy.signalWeights() {
			*at = 0
		}
		ix.policy.Answer, ix.policy.Clarify = .5, .25
		for _, j := range held {
			if len(j.result.Best) == 0 {
				continue
			}
			xs = append(xs, j.result.Signals.vector())
			right = append(right, j.known && j.result.Best[0].Entry == j.entry)
		}
	}
	ix.policy.fitConfidence(xs, right)
}

// holdOut trains folds times, each time without a part of every entry's phrasings and without a part of the entries, and
// judges what was left out. Entries must be missing for confidence to learn what missing looks like; where there are
// entries that say what is not told, those are the ones left out. The folds are worked at side by side.
func (ix *Index) holdOut(ex []example, folds, passes int, progress func(step string, done, of int)) []judged {
	parts := make([][]judged, folds)
	var wg sync.WaitGroup
	var mu sync.Mutex
	done := 0
	for f := range folds {
		wg.Go(func() {
			parts[f] = ix.blank().judge(ex, f, folds, passes)
			mu.Lock()
			defer mu.Unlock()
			done++
			progress("calibrating", done, folds)
		})
	}
	wg.Wait()
	return slices.Concat(parts...)
}

// judge learns without one fold and judges what it left out.
func (ix *Index) judge(ex []example, fold, folds, passes int) []judged {
	var learn, held []example
	for i, e := range ex {
		switch gone := ix.missing(e.entry, fold, folds); {
		case gone && i%4 != 0: // an entry that is missing whole has enough phrasings
		case gone || i%folds == fold:
			held = append(held, e)
		default:
			learn = append(learn, e)
		}
	}
	ix.fit(learn, passes)
	out := make([]judged, 0, len(held))
	w := &work{}
	for _, e := range held {
		ix.analyser.read(e.text, w)
		if len(w.words) == 0 {
			continue
		}
		ix.score(w)
		out = append(out, judged{ix.weigh(w), e.entry, !ix.missing(e.entry, fold, folds)})
	}
	return out
}

// blank is an index over the same entries that has learnt nothing yet.
func (ix *Index) blank() *Index {
	return &Index{entries: slices.Clone(ix.entries), byID: ix.byID, analyser: ix.analyser, asOf: ix.asOf, policy: ix.policy, hasNot: ix.hasNot, follows: make([]follow, len(ix.entries))}
}

func (ix *Index) missing(entry, fold, folds int) bool {
	in := &ix.entries[entry]
	if ix.hasNot != (in.class == NotTold) {
		return false
	}
	// Twice as many parts as folds: half of the entries are never missing, so that there is enough left to be found.
	return int(hashString(0, in.id)%uint64(2*folds)) == fold
}

// fitRanking finds the weights of evidence under which the entries asked for come first: a conditional logit over the
// candidates of each question (McFadden 1974), by gradient descent with the classifier's logit fixed at weight 1.
func (p *policy) fitRanking(js []judged) {
	fields := func(e *Evidence) [evidences]float64 {
		return [evidences]float64{e.Names, e.Sides, e.Numbers, e.Kind, e.Covered}
	}
	weights := [evidences]*float64{&p.Names, &p.Sides, &p.Numbers, &p.Kind, &p.Covered}
	type question struct {
		z   []float64
		x   [][evidences]float64
		hit int
	}
	var qs []question
	for _, j := range js {
		if !j.known {
			continue
		}
		q := question{hit: -1}
		for _, list := range [][]Candidate{j.result.Best, j.result.Not} {
			for i := range list {
				if list[i].Entry == j.entry {
					q.hit = len(q.z)
				}
				q.z = append(q.z, list[i].Logit)
				q.x = append(q.x, fields(&list[i].Evidence))
			}
		}
		if q.hit >= 0 {
			qs = append(qs, q)
		}
	}
	if len(qs) == 0 {
		return
	}
	const steps, rate, decay = 400, .5, 1e-4
	for range steps {
		var grad [evidences]float64
		for _, q := range qs {
			top, sum := math.Inf(-1), 0.0
			score := make([]float64, len(q.z))
			for i := range q.z {
				score[i] = q.z[i]
				for k, w := range weights {
					score[i] += *w * q.x[i][k]
				}
				top = max(top, score[i])
			}
			for i := range score {
				score[i] = math.Exp(score[i] - top)
				sum += score[i]
			}
			for i := range score {
				d := -score[i] / sum
				if i == q.hit {
					d++
				}
				for k := range grad {
					grad[k] += d * q.x[i][k]
				}
			}
		}
		for k, w := range weights {
			*w += rate * (grad[k]/float64(len(qs)) - decay**w)
		}
	}
}

// evidences and signals count the weights of a score and of a confidence.
const evidences, signals = 5, 8

// vector lists the signals in the order of their weights.
func (s *Signals) vector() [signals]float64 {
	return [signals]float64{1, s.Told, s.Gap, s.Covered, s.Words, s.Foreign, s.Late, s.Against}
}

func (p *policy) signalWeights() [signals]*float64 {
	return [signals]*float64{&p.Bias, &p.Told, &p.Gap, &p.Cover, &p.Words, &p.Foreign, &p.Late, &p.Against}
}

// fitConfidence fits the weights of a probability by logistic regression (iteratively reweighted least squares). The weights
// are pulled towards those that the policy has, by a normal prior of unit variance: a few hundred questions say little
// about a signal that hardly occurs in them.
func (p *policy) fitConfidence(xs [][signals]float64, right []bool) {
	const n = signals
	var w, prior [n]float64
	for k, at := range p.signalWeights() {
		w[k], prior[k] = *at, *at
	}
	for range 30 {
		var h [n][n + 1]float64
		for i, x := range xs {
			dot := 0.0
			for k := range x {
				dot += w[k] * x[k]
			}
			prob := 1 / (1 + math.Exp(-dot))
			y := 0.0
			if right[i] {
				y = 1
			}
			v := max(prob*(1-prob), 1e-6)
			for a := range n {
				for b := range n {
					h[a][b] += v * x[a] * x[b]
				}
				h[a][n] += (y - prob) * x[a]
			}
		}
		for a := range n {
			h[a][a]++
			h[a][n] -= w[a] - prior[a]
		}
		step := solve(h)
		most := 0.0
		for k := range w {
			w[k] += step[k]
			most = max(most, math.Abs(step[k]))
		}
		if most < 1e-8 {
			break
		}
	}
	for k, at := range p.signalWeights() {
		*at = w[k]
	}
}

// solve is Gaussian elimination with partial pivoting on a matrix with its right side.
func solve(h [signals][signals + 1]float64) [signals]float64 {
	const n = signals
	for c := range n {
		pivot := c
		for r := c + 1; r < n; r++ {
			if math.Abs(h[r][c]) > math.Abs(h[pivot][c]) {
				pivot = r
			}
		}
		h[c], h[pivot] = h[pivot], h[c]
		if h[c][c] == 0 {
			continue
		}
		for r := range n {
			if r != c {
				f := h[r][c] / h[c][c]
				for k := c; k <= n; k++ {
					h[r][k] -= f * h[c][k]
				}
			}
		}
	}
	var x [n]float64
	for c := range n {
		if h[c][c] != 0 {
			x[c] = h[c][n] / h[c][c]
		}
	}
	return x
}

// FitEvidence fits the weights of evidence on a corpus, each phrasing judged by an index that had not learnt from it, and
// returns them as text. It is how the defaults came about; it takes as long as learning some times over.
func FitEvidence(c *Corpus, opt Options) string {
	if opt.Progress == nil {
		opt.Progress = func(string, int, int) {}
	}
	ix := newIndex(c)
	var p policy
	p.fitRanking(ix.holdOut(ix.examples(c), cmp.Or(opt.Folds, 4), cmp.Or(opt.FoldPasses, 4), opt.Progress))
	return fmt.Sprintf("Names: %.2f, Sides: %.2f, Numbers: %.2f, Kind: %.2f, Covered: %.2f", p.Names, p.Sides, p.Numbers, p.Kind, p.Covered)
}
