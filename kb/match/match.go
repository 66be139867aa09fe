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

// A Query is a question, and what was talked about before it.
type Query struct {
	Text string
}

// A Candidate is an entry that may be meant.
type Candidate struct {
	Entry int // index into the corpus's entries
	ID    string
	Class Class
	Score float64 // logit, evidence included; comparable within one result
}

// A Result is what was found for a question.
type Result struct {
	Outcome    Outcome
	Confidence float64     // that the best entry of class Told or Talk answers the question
	Best       []Candidate // entries that tell something or talk, best first
	Not        []Candidate // entries that say there is no answer, best first
	NotSure    bool        // the best of Not says what is asked
	Signals    Signals
}

// Signals is the evidence that the decision rests on.
type Signals struct {
	Told, Not float64 // the best logits
	Second    float64 // of the second best told entry
	Share     float64 // log of the told entries' share of the whole probability
	Conflict  conflict
	Words     int
}

// A conflict counts what speaks against an entry.
type conflict struct {
	names   float64 // persons and places that the entry is not about, weighed by how rarely entries are about them
	numbers int     // years and other numbers that the entry does not have
	kind    int     // 1 if the entry does not tell the kind of thing asked
	foreign int     // names that the corpus does not know
	unknown int     // words that nobody knows
	late    bool    // a date after the last that is told
}

// policy turns signals into a decision.
type policy struct{}

const bestKept = 6

// Match finds the entry for a question.
func (ix *Index) Match(q Query) Result {
	w := ix.pool.Get().(*work)
	defer ix.pool.Put(w)
	kinds := ix.analyser.read(q.Text, w)
	if len(w.z) != len(ix.entries) {
		w.z = make([]float32, len(ix.entries))
	}
	v := ix.vocab.vectorize(&w.x, &w.s)
	ix.model.score(v, w.z)
	return ix.decide(w, kinds)
}

func (ix *Index) decide(w *work, kinds Kinds) Result {
	r := Result{Outcome: NoAnswer}
	if len(w.words) == 0 {
		return r
	}
	foreign, _ := ix.analyser.foreign(w.words)
	unknown := 0
	for _, x := range w.words {
		if x.unknown {
			unknown++
		}
	}
	r.Signals.Words = len(w.words)
	for k, z := range w.z {
		c := Candidate{Entry: k, ID: ix.entries[k].id, Class: ix.entries[k].class, Score: float64(z)}
		if c.Class == NotTold {
			r.Not = insert(r.Not, c, 3)
		} else {
			r.Best = insert(r.Best, c, bestKept)
		}
	}
	for i := range r.Best {
		cf := ix.against(r.Best[i].Entry, w, kinds)
		r.Best[i].Score -= .5*cf.names + .5*float64(cf.numbers) + .3*float64(cf.kind)
		if i == 0 {
			r.Signals.Conflict = cf
		}
	}
	slices.SortStableFunc(r.Best, func(a, b Candidate) int { return cmp.Compare(b.Score, a.Score) })
	r.Signals.Conflict.foreign, r.Signals.Conflict.unknown = foreign, unknown
	if len(r.Best) > 0 {
		r.Signals.Told = r.Best[0].Score
	}
	if len(r.Not) > 0 {
		r.Signals.Not = r.Not[0].Score
	}
	gap := r.Signals.Told - r.Signals.Not - float64(foreign)
	r.NotSure = gap < .5
	r.Confidence = 1 / (1 + math.Exp(-2*(gap-.5)))
	switch {
	case gap >= .5:
		r.Outcome = Answer
	case gap >= .2:
		r.Outcome = Clarify
	}
	return r
}

// against counts what in a question speaks against an entry.
func (ix *Index) against(entry int, w *work, kinds Kinds) conflict {
	in := &ix.entries[entry]
	var c conflict
	for _, m := range w.mentions {
		k := ix.analyser.names.list[m.name].Kind
		if in.names[m.name/64]&(1<<(m.name%64)) == 0 && !m.role && (k == Person || k == Place) {
			c.names++
		}
	}
	for _, x := range w.words {
		if n, ok := number(x.text); ok && n > 1 && !in.numbers[n] {
			c.numbers++
		}
	}
	if in.tells != 0 && kinds != 0 && kinds&in.tells == 0 && kinds&^Of(What, How, YesNo, Overview) != 0 {
		c.kind = 1
	}
	return c
}

// insert keeps the best few candidates in order.
func insert(list []Candidate, c Candidate, most int) []Candidate {
	i := len(list)
	for i > 0 && list[i-1].Score < c.Score {
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
