package match

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Explain says why Match decides as it does, a line each: how the question was read, which entries came first and which of
// its words spoke for them, what evidence was weighed, and what the confidence rests on. The shares of the words add up to
// the classifier's score, since they are taken from the same weights.
func (ix *Index) Explain(q Query) []string {
	w := ix.pool.Get().(*work)
	defer ix.pool.Put(w)
	r := ix.match(q, w)
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	say("read as: %s", ix.reading(w))
	leans := ix.leans(&q, w.words)
	if leans {
		say("leans on: %q (%.2f)", q.Context.Before, q.Lean)
	}
	if len(r.Best) == 0 {
		say("no words, no answer")
		return out
	}
	list := append(slices.Clone(r.Best[:min(3, len(r.Best))]), r.Not[:min(1, len(r.Not))]...)
	for _, c := range list {
		say("%-9s %-40s score %6.2f = logit %.2f%s", c.Class, c.ID, c.Score, c.Logit, ix.policy.weighed(&c.Evidence))
		if after := ix.expectedAfter(q.Context.Told, c.Entry); leans && after != "" {
			say("          is what is asked after %s", after)
		}
		say("          for it: %s", ix.speaking(w, c.Entry))
	}
	s := r.Signals
	say("signals: lead over what is not told %.2f, covered %.2f, names unknown here %.0f, date too late %.0f", s.Gap, s.Covered, s.Foreign, s.Late)
	say("confidence %.3f, answered from %.2f, asked back from %.2f: %s", r.Confidence, ix.policy.Answer, ix.policy.Clarify, r.Outcome)
	return out
}

func (c Class) String() string { return [...]string{"told", "not told", "talk"}[c] }

// expectedAfter names the latest of the entries told before that this one follows.
func (ix *Index) expectedAfter(told []string, entry int) string {
	for _, id := range slices.Backward(told) {
		if k, ok := ix.byID[id]; ok && slices.ContainsFunc(ix.follows[k].to, func(f followed) bool { return int(f.entry) == entry }) {
			return id
		}
	}
	return ""
}

// reading writes a question's words as they were understood.
func (ix *Index) reading(w *work) string {
	var parts []string
	for _, x := range w.words {
		s := x.text
		if x.corrected != "" {
			s += " (typed " + x.corrected + ")"
		}
		if x.name >= 0 {
			s = "<" + ix.analyser.names.list[x.name].ID + ">"
		}
		parts = append(parts, s)
	}
	var kinds []string
	for k := range kindCount {
		if w.kinds.Has(k) {
			kinds = append(kinds, k.String())
		}
	}
	if len(kinds) > 0 {
		parts = append(parts, "[asks "+strings.Join(kinds, ", ")+"]")
	}
	return strings.Join(parts, " ")
}

// weighed writes what evidence adds to a score.
func (p *policy) weighed(e *Evidence) string {
	var b strings.Builder
	for _, x := range []struct {
		name   string
		weight float64
		value  float64
	}{{"names", p.Names, e.Names}, {"sides", p.Sides, e.Sides}, {"numbers", p.Numbers, e.Numbers}, {"kind", p.Kind, e.Kind}, {"covered", p.Covered, e.Covered}} {
		if v := x.weight * x.value; math.Abs(v) >= .005 {
			fmt.Fprintf(&b, " %+.2f %s", v, x.name)
		}
	}
	return b.String()
}

// speaking lists the words that speak loudest for and against an entry.
func (ix *Index) speaking(w *work, entry int) string {
	shares := ix.shares(w, entry)
	type share struct {
		what  string
		value float64
	}
	var list []share
	for i, x := range w.words {
		list = append(list, share{x.text, shares[i]})
	}
	list = append(list, share{"the sense of it all", shares[len(w.words)]}, share{"kind and names", shares[len(w.words)+1]})
	slices.SortStableFunc(list, func(a, b share) int { return cmp.Compare(math.Abs(b.value), math.Abs(a.value)) })
	var parts []string
	for _, s := range list[:min(6, len(list))] {
		parts = append(parts, fmt.Sprintf("%s %+.2f", s.what, s.value))
	}
	return strings.Join(parts, ", ")
}

// shares splits the classifier's score of an entry: what each word gave, then the sense, then kinds and names.
func (ix *Index) shares(w *work, entry int) []float64 {
	out := make([]float64, len(w.words)+2)
	v, m := ix.vocab, ix.model
	w.x.from(w.words, w.kinds, w.names, ix.analyser.names.hash)
	for b := range w.x.block {
		times := map[int32]float64{}
		length := 0.0
		for _, f := range w.x.block[b] {
			if id, ok := v.id[f]; ok {
				times[id]++
			} else {
				length += float64(v.unseen) * float64(v.unseen)
			}
		}
		for id, n := range times {
			length += n * n * float64(v.idf[id]) * float64(v.idf[id])
		}
		if length == 0 {
			continue
		}
		scale := float64(blockWeight[b]) / math.Sqrt(length)
		for i, f := range w.x.block[b] {
			id, ok := v.id[f]
			if !ok {
				continue
			}
			at := int(w.x.origin[b][i])
			if at < 0 {
				at = len(w.words) + 1
			}
			out[at] += float64(v.idf[id]) * scale * m.weightOf(id, entry)
		}
	}
	for i, c := range w.x.sense {
		out[len(w.words)] += float64(c) * senseWeight * m.weightOf(int32(len(v.idf)+i), entry)
	}
	return out
}
