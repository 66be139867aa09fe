package match

import (
	"cmp"
	"math"
	"slices"
)

// An Outcome is what to do with a question.
type Outcome uint8

// The outcomes.
const (
	Answer   Outcome = iota // the best entry answers it
	Clarify                 // one of a few may: ask which was meant
	NoAnswer                // none does
)

func (o Outcome) String() string { return [...]string{"answer", "clarify", "no answer"}[o] }

// A Query is a question, and what it may lean on.
type Query struct {
	Text    string
	Typed   string  // as it was typed, where names were put into Text; may be empty
	Lean    float64 // how much of the context is to be read into Text: 0 is nothing, 1 as much as of Text itself
	Context Context
}

// A Candidate is an entry that may be meant.
type Candidate struct {
	Entry    int // index into the corpus's entries
	ID       string
	Class    Class
	Score    float64 // logit with the evidence weighed in; comparable within one result
	Logit    float64 // the classifier's own
	Evidence Evidence
}

// Evidence is what speaks for and against an entry beyond the classifier's score.
type Evidence struct {
	Names   float64 // names in the question that the entry is not about, the rare ones heavier
	Sides   float64 // the same of sides, things and events
	Numbers float64 // years and other numbers that the entry does not have
	Kind    float64 // 1 if the entry does not tell the kind of thing asked
	Covered float64 // how much of the question's weight in stems the entry's phrasings have between them
}

// A Result is what was found for a question.
type Result struct {
	Outcome    Outcome
	Confidence float64     // probability that the best entry of Best answers the question
	Best       []Candidate // entries that tell something or talk, best first
	Not        []Candidate // entries that say there is no answer, best first
	NotSure    bool        // the best of Not says what is asked
	Signals    Signals
}

// Signals is what the confidence is computed from.
type Signals struct {
	Told    float64 // score of the best entry
	Gap     float64 // its lead over the best that says there is no answer; Told where there is none
	Covered float64
	Words   float64 // logarithm of their number
	Foreign float64 // names that the corpus does not know
	Late    float64 // 1 for a date after the last that is told
	Against float64 // Names + Numbers + Kind of the best entry
}

const (
	bestKept = 8 // candidates that evidence is weighed for
	notKept  = 3
)

// Match finds the entry for a question.
func (ix *Index) Match(q Query) Result {
	w := ix.pool.Get().(*work)
	defer ix.pool.Put(w)
	return ix.match(q, w)
}

func (ix *Index) match(q Query, w *work) Result {
	ix.analyser.read(q.Text, w)
	if len(w.words) == 0 {
		return Result{Outcome: NoAnswer}
	}
	ix.score(w)
	if ix.leans(&q, w.words) {
		ix.lean(w, &q)
	}
	r := ix.weigh(w)
	ix.policy.decide(&r)
	return r
}

// score fills w.z.
func (ix *Index) score(w *work) {
	if len(w.z) != len(ix.entries) {
		w.z = make([]float32, len(ix.entries))
	}
	w.x.outer(w.words, w.kinds, w.names, ix.analyser.names.hash)
	ix.model.score(ix.vocab.vectorize(&w.x, &w.s), w.z)
	ix.scoreWords(w)
}

// weigh ranks the entries by their scores and the evidence.
func (ix *Index) weigh(w *work) Result {
	var r Result
	var told [bestKept]int32
	var not [notKept]int32
	tolds, nots := 0, 0
	for k := range w.z {
		if ix.entries[k].class == NotTold {
			nots = w.insert(not[:], nots, int32(k))
		} else {
			tolds = w.insert(told[:], tolds, int32(k))
		}
	}
	r.Best = ix.candidates(w, told[:tolds])
	r.Not = ix.candidates(w, not[:nots])
	var length float32
	w.stems, length = ix.vocab.stems(&w.x, w.stems[:0])
	for _, list := range [][]Candidate{r.Best, r.Not} {
		for i := range list {
			c := &list[i]
			c.Evidence = ix.evidence(c.Entry, w, length)
			c.Score = ix.policy.score(c)
		}
		slices.SortStableFunc(list, byScore)
	}
	s := &r.Signals
	s.from(r.Best, r.Not)
	s.Foreign = float64(ix.analyser.foreign(w.words))
	for _, x := range w.words {
		if n, ok := number(x.text); ok && ix.asOf[0] > 0 && int(n) > ix.asOf[0] && n < 2100 {
			s.Late = 1
		}
	}
	s.Words = math.Log(float64(len(w.words)))
	return r
}

func byScore(a, b Candidate) int { return cmp.Compare(b.Score, a.Score) }

// from fills in what follows from the ranked candidates.
func (s *Signals) from(told, not []Candidate) {
	if len(told) == 0 {
		return
	}
	best := &told[0]
	s.Told, s.Gap = best.Score, best.Score
	s.Covered = best.Evidence.Covered
	s.Against = best.Evidence.Names + best.Evidence.Numbers + best.Evidence.Kind
	if len(not) > 0 {
		s.Gap = best.Score - not[0].Score
	}
}

// evidence weighs a question against an entry.
func (ix *Index) evidence(entry int, w *work, length float32) Evidence {
	in := &ix.entries[entry]
	var e Evidence
	for _, n := range w.names {
		if in.about(n) {
			continue
		}
		switch ix.analyser.names.list[n].Kind {
		case Person, Place:
			e.Names += float64(ix.rarity[n])
		default:
			e.Sides += float64(ix.rarity[n])
		}
	}
	for _, x := range w.words {
		if n, ok := number(x.text); ok && n > 1 {
			if _, has := slices.BinarySearch(in.numbers, n); !has {
				e.Numbers++
			}
		}
	}
	if asked := w.kinds &^ vague; in.tells != 0 && asked != 0 && asked&in.tells == 0 {
		e.Kind = 1
	}
	if length == 0 {
		return e
	}
	idf := ix.vocab.idf
	covered := float32(0)
	for _, f := range w.stems {
		if _, has := slices.BinarySearch(in.stems, f); has {
			covered += idf[f] * idf[f]
		}
	}
	e.Covered = float64(covered / (length * length))
	return e
}

// insert keeps the first n of list the entries with the best scores, in order, and returns how many there are now.
func (w *work) insert(list []int32, n int, entry int32) int {
	z := w.z[entry]
	if n == len(list) && w.z[list[n-1]] >= z {
		return n
	}
	if n < len(list) {
		n++
	}
	i := n - 1
	for i > 0 && w.z[list[i-1]] < z {
		list[i] = list[i-1]
		i--
	}
	list[i] = entry
	return n
}

func (ix *Index) candidates(w *work, entries []int32) []Candidate {
	out := make([]Candidate, len(entries))
	for i, k := range entries {
		out[i] = Candidate{Entry: int(k), ID: ix.entries[k].id, Class: ix.entries[k].class, Logit: float64(w.z[k])}
	}
	return out
}
