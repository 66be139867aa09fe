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

// A Query is a question.
type Query struct {
	Text string
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
	Nearest float64 // cosine to the entry's nearest phrasing, by stems
	Covered float64 // how much of the question's weight in stems the entry's phrasings have between them
	Last    float64 // logit of the last sentence alone, less that of the whole; 0 for a single sentence
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
	Margin  float64 // its lead over the second best
	Nearest float64
	Covered float64
	Words   float64 // logarithm of their number
	Foreign float64 // names that the corpus does not know
	Unknown float64 // share of words that nobody knows
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
	ix.analyser.read(q.Text, w)
	if len(w.words) == 0 {
		return Result{Outcome: NoAnswer}
	}
	ix.score(w)
	r := ix.weigh(w)
	ix.policy.decide(&r, ix.hasNot)
	return r
}

// score fills w.z, and w.last for a text of several sentences.
func (ix *Index) score(w *work) {
	if len(w.z) != len(ix.entries) {
		w.z, w.last = make([]float32, len(ix.entries)), make([]float32, len(ix.entries))
	}
	w.hasLast = false
	if from := lastSentence(w.words); from > 0 {
		w.x.from(w.words[from:], w.kinds, w.names, ix.analyser.names.hash)
		ix.model.score(ix.vocab.vectorize(&w.x, &w.s), w.last)
		w.hasLast = true
	}
	w.x.from(w.words, w.kinds, w.names, ix.analyser.names.hash)
	ix.model.score(ix.vocab.vectorize(&w.x, &w.s), w.z)
}

// lastSentence returns where the last sentence of some length begins; 0 if there is but one.
func lastSentence(words []word) int {
	const enough = 4
	for i := len(words) - 1; i > 0; i-- {
		if words[i].sentence != words[i-1].sentence && len(words)-i >= enough {
			return i
		}
	}
	return 0
}

// weigh ranks the entries by their scores and the evidence.
func (ix *Index) weigh(w *work) Result {
	var r Result
	r.Best = make([]Candidate, 0, bestKept)
	r.Not = make([]Candidate, 0, notKept)
	for k, z := range w.z {
		class := ix.entries[k].class
		if class == NotTold {
			r.Not = insert(r.Not, Candidate{Entry: k, Class: class, Logit: float64(z)}, notKept)
		} else {
			r.Best = insert(r.Best, Candidate{Entry: k, Class: class, Logit: float64(z)}, bestKept)
		}
	}
	var length float32
	w.stems, length = ix.vocab.stems(&w.x, w.stems[:0])
	for _, list := range [][]Candidate{r.Best, r.Not} {
		for i := range list {
			c := &list[i]
			c.ID = ix.entries[c.Entry].id
			c.Evidence = ix.evidence(c.Entry, w, length)
			c.Score = ix.policy.score(c)
		}
		slices.SortStableFunc(list, byScore)
	}
	s := &r.Signals
	s.from(r.Best, r.Not)
	foreign, _ := ix.analyser.foreign(w.words)
	s.Foreign = float64(foreign)
	for _, x := range w.words {
		if x.unknown {
			s.Unknown += 1 / float64(len(w.words))
		}
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
	s.Told, s.Gap, s.Margin = best.Score, best.Score, best.Score
	s.Nearest, s.Covered = best.Evidence.Nearest, best.Evidence.Covered
	s.Against = best.Evidence.Names + best.Evidence.Numbers + best.Evidence.Kind
	if len(told) > 1 {
		s.Margin = best.Score - told[1].Score
	}
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
	const vague = 1<<What | 1<<How | 1<<YesNo | 1<<Overview | 1<<Quote
	if asked := w.kinds &^ vague; in.tells != 0 && asked != 0 && asked&in.tells == 0 {
		e.Kind = 1
	}
	if w.hasLast {
		e.Last = float64(w.last[entry] - w.z[entry])
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
	nearest := float32(0)
	for j, p := range in.phrases {
		dot := float32(0)
		for a, b := 0, 0; a < len(p) && b < len(w.stems); {
			switch {
			case p[a] < w.stems[b]:
				a++
			case p[a] > w.stems[b]:
				b++
			default:
				dot += idf[p[a]] * idf[p[a]]
				a++
				b++
			}
		}
		if in.lengths[j] > 0 {
			nearest = max(nearest, dot/(length*in.lengths[j]))
		}
	}
	e.Nearest = float64(nearest)
	return e
}

// insert keeps the best few candidates in order of their logits.
func insert(list []Candidate, c Candidate, most int) []Candidate {
	i := len(list)
	for i > 0 && list[i-1].Logit < c.Logit {
		i--
	}
	if i >= most {
		return list
	}
	if len(list) < most {
		list = append(list, Candidate{})
	}
	copy(list[i+1:], list[i:])
	list[i] = c
	return list
}
