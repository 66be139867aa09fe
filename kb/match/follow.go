package match

import (
	"cmp"
	"slices"
	"sync"
)

// A FollowUp is what is asked right after an entry was answered, and the entry that answers it, both by their ids.
type FollowUp struct {
	After string
	Entry string
	Asked []string // none says only that the entry belongs after the other
}

// A follow is what is asked after one entry.
type follow struct {
	to   []followed
	once sync.Once // the wordings are read when they are first needed
}

// A followed entry answers a follow-up.
type followed struct {
	entry   int32
	asked   []string
	wording []vector // of each of asked
}

// followBy sorts follow-ups by the entry that they follow. Those with unknown ids are passed over.
func (ix *Index) followBy(fs []FollowUp) {
	ix.follows = make([]follow, len(ix.entries))
	for _, f := range fs {
		after, ok := ix.byID[f.After]
		entry, known := ix.byID[f.Entry]
		if !ok || !known {
			continue
		}
		to := &ix.follows[after].to
		i := slices.IndexFunc(*to, func(x followed) bool { return x.entry == entry })
		if i < 0 {
			i = len(*to)
			*to = append(*to, followed{entry: entry})
		}
		(*to)[i].asked = append((*to)[i].asked, f.Asked...)
	}
}

// after adds to each entry's score what speaks for it since another was answered, up to share of it.
func (ix *Index) after(w *work, entry int32, wording vector, share float32) {
	f := &ix.follows[entry]
	f.once.Do(func() { ix.readWordings(f) })
	for i := range f.to {
		t := &f.to[i]
		sum, best := float32(0), float32(0)
		for _, v := range t.wording {
			c := cosine(wording, v)
			sum += c
			best = max(best, c)
		}
		mean := sum / float32(max(1, len(t.wording)))
		w.z[t.entry] += share * (leanNext + leanMean*mean + leanWord*max(0, 2*best-1))
	}
}

func (ix *Index) readWordings(f *follow) {
	w := ix.pool.Get().(*work)
	defer ix.pool.Put(w)
	for i := range f.to {
		for _, text := range f.to[i].asked {
			f.to[i].wording = append(f.to[i].wording, ix.wording(text, w))
		}
	}
}

// wording is what a text is compared by with the follow-ups: its words and their order. A follow-up is a few words, and the
// small ones are what it is made of.
func (ix *Index) wording(text string, w *work) vector {
	ix.analyser.read(text, w)
	w.x.outer(w.words, 0, nil, nil)
	w.x.block[blockPair] = w.x.block[blockPair][:0]
	v := ix.vocab.vectorize(&w.x, &w.s)
	order := make([]int, len(v.feature))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(v.feature[a], v.feature[b]) })
	out := vector{make([]int32, len(order)), make([]float32, len(order))}
	for i, at := range order {
		out.feature[i], out.value[i] = v.feature[at], v.value[at]
	}
	return out
}

// cosine compares two wordings, 0 to 1. Each has two blocks of unit length.
func cosine(a, b vector) float32 {
	sum := float32(0)
	for i, j := 0, 0; i < len(a.feature) && j < len(b.feature); {
		switch {
		case a.feature[i] < b.feature[j]:
			i++
		case a.feature[i] > b.feature[j]:
			j++
		default:
			sum += a.value[i] * b.value[j]
			i++
			j++
		}
	}
	return sum / 2
}
