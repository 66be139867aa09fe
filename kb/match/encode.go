package match

import (
	"encoding/binary"
	"encoding/gob"
	"fmt"
	"io"

	"summitbot/kb/match/lexicon"
)

// stored is an index as it is written: what was learnt, and nothing that follows from it.
type stored struct {
	Format    int
	Names     []Name
	Elsewhere []string
	AsOf      [3]int
	Words     []string // what the phrasings are made of
	Counts    []int32
	Entries   []storedEntry
	Phrases   []byte // of all entries, each as its length and its stems, as varints of the differences
	Keys      []byte // the vocabulary's features, uint64
	IDF       []byte // float32
	Unseen    float32
	Start     []byte // uint32
	Class     []byte // uint16
	Weight    []byte // int8
	Scale     []byte // float32
	Dense     []byte // float32
	Policy    policy
}

type storedEntry struct {
	ID      string
	Class   Class
	Tells   Kinds
	Names   []uint64
	Numbers []int32
	Phrases int
}

const format = 1

// Encode writes an index so that Decode need not learn it again.
func (ix *Index) Encode(w io.Writer) error {
	s := stored{Format: format, Names: ix.analyser.names.list, Elsewhere: ix.analyser.names.elsewhereList, AsOf: ix.asOf, Unseen: ix.vocab.unseen, Policy: ix.policy}
	s.Words, s.Counts = ix.analyser.spell.all()
	for i := range ix.entries {
		in := &ix.entries[i]
		s.Entries = append(s.Entries, storedEntry{in.id, in.class, in.tells, in.names, in.numbers, len(in.phrases)})
		for _, p := range in.phrases {
			s.Phrases = binary.AppendUvarint(s.Phrases, uint64(len(p)))
			last := int32(0)
			for _, f := range p {
				s.Phrases = binary.AppendUvarint(s.Phrases, uint64(f-last))
				last = f
			}
		}
	}
	keys := make([]feature, len(ix.vocab.idf))
	for f, id := range ix.vocab.id {
		keys[id] = f
	}
	for to, from := range map[*[]byte]any{&s.Keys: keys, &s.IDF: ix.vocab.idf, &s.Start: ix.model.start, &s.Class: ix.model.class, &s.Weight: ix.model.weight, &s.Scale: ix.model.scale, &s.Dense: ix.model.dense} {
		var err error
		if *to, err = binary.Append(nil, binary.LittleEndian, from); err != nil {
			return err
		}
	}
	return gob.NewEncoder(w).Encode(&s)
}

// Decode reads what Encode wrote.
func Decode(r io.Reader) (*Index, error) {
	var s stored
	if err := gob.NewDecoder(r).Decode(&s); err != nil {
		return nil, fmt.Errorf("reading index: %w", err)
	}
	if s.Format != format {
		return nil, fmt.Errorf("reading index: format %d, want %d", s.Format, format)
	}
	c := &Corpus{Names: s.Names, Elsewhere: s.Elsewhere, AsOf: s.AsOf}
	ix := &Index{byID: map[string]int32{}, asOf: s.AsOf, policy: s.Policy}
	ix.analyser = &analyser{lex: lexicon.Embedded(), words: make(map[string]known, len(s.Words)), names: newNames(c), spell: newSpeller()}
	for i, w := range s.Words {
		ix.analyser.learn(w, s.Counts[i])
	}
	ix.analyser.spell.done()
	ix.vocab = &vocabulary{unseen: s.Unseen}
	ix.model = &model{classes: len(s.Entries)}
	var keys []feature
	for _, x := range []struct {
		from []byte
		size int
		make func(n int) any
	}{
		{s.Keys, 8, func(n int) any { keys = make([]feature, n); return keys }},
		{s.IDF, 4, func(n int) any { ix.vocab.idf = make([]float32, n); return ix.vocab.idf }},
		{s.Start, 4, func(n int) any { ix.model.start = make([]uint32, n); return ix.model.start }},
		{s.Class, 2, func(n int) any { ix.model.class = make([]uint16, n); return ix.model.class }},
		{s.Weight, 1, func(n int) any { ix.model.weight = make([]int8, n); return ix.model.weight }},
		{s.Scale, 4, func(n int) any { ix.model.scale = make([]float32, n); return ix.model.scale }},
		{s.Dense, 4, func(n int) any { ix.model.dense = make([]float32, n); return ix.model.dense }},
	} {
		if _, err := binary.Decode(x.from, binary.LittleEndian, x.make(len(x.from)/x.size)); err != nil {
			return nil, fmt.Errorf("reading index: %w", err)
		}
	}
	ix.vocab.id = make(map[feature]int32, len(keys))
	for i, k := range keys {
		ix.vocab.id[k] = int32(i)
	}
	ix.vocab.rows = len(keys) + lexicon.Dims
	data := s.Phrases
	next := func() int {
		n, size := binary.Uvarint(data)
		data = data[max(size, 0):]
		return int(n)
	}
	for _, e := range s.Entries {
		in := info{id: e.ID, class: e.Class, tells: e.Tells, names: e.Names, numbers: e.Numbers, phrases: make([][]int32, e.Phrases)}
		for i := range in.phrases {
			p := make([]int32, min(next(), maxTokens))
			last := int32(0)
			for j := range p {
				last += int32(next())
				if int(last) >= len(keys) {
					return nil, fmt.Errorf("reading index: entry %s: damaged phrasings", e.ID)
				}
				p[j] = last
			}
			in.phrases[i] = p
		}
		ix.byID[e.ID] = int32(len(ix.entries))
		ix.entries = append(ix.entries, in)
	}
	ix.derive()
	return ix, nil
}
