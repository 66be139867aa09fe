package match

import (
	"bufio"
	"encoding/binary"
	"encoding/gob"
	"fmt"
	"io"
	"slices"

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
	Sections  [sections]int // the bytes of each section, which follow one another
	Unseen    float32
	Policy    policy
}

type storedEntry struct {
	ID      string
	Class   Class
	Tells   Kinds
	Names   []uint64
	Numbers []int32
	Stems   int
	Follow  []storedFollow
}

// A storedFollow is what is asked after an entry that another one, by its number, answers.
type storedFollow struct {
	Entry int32
	Asked []string
}

// The sections that follow, little-endian, in this order.
const (
	sectionStems    = iota // of all entries, as varints of the differences
	sectionKeys            // the vocabulary's features, uint64
	sectionIDF             // float32
	sectionStart           // uint32
	sectionClass           // varints, see model.steps
	sectionWeight          // int8
	sectionScale           // float32
	sectionRows            // int8, each row by its scale
	sectionRowScale        // float32
	sections
)

const (
	format     = 5
	maxSection = 1 << 28 // bytes; a damaged file must not eat the memory
)

// Encode writes an index so that Decode need not learn it again.
func (ix *Index) Encode(w io.Writer) error {
	s := stored{Format: format, Names: ix.analyser.names.list, Elsewhere: ix.analyser.names.elsewhereList, AsOf: ix.asOf, Unseen: ix.vocab.unseen, Policy: ix.policy}
	s.Words, s.Counts = ix.analyser.spell.all()
	var data [sections][]byte
	for i := range ix.entries {
		in := &ix.entries[i]
		e := storedEntry{ID: in.id, Class: in.class, Tells: in.tells, Names: in.names, Numbers: in.numbers, Stems: len(in.stems)}
		for _, f := range ix.follows[i].to {
			e.Follow = append(e.Follow, storedFollow{f.entry, f.asked})
		}
		s.Entries = append(s.Entries, e)
		last := int32(0)
		for _, f := range in.stems {
			data[sectionStems] = binary.AppendUvarint(data[sectionStems], uint64(f-last))
			last = f
		}
	}
	keys := make([]feature, len(ix.vocab.idf))
	for f, id := range ix.vocab.id {
		keys[id] = f
	}
	rows, rowScale := ix.model.packRows()
	for i, from := range [sections]any{sectionKeys: keys, sectionIDF: ix.vocab.idf, sectionStart: ix.model.start, sectionClass: ix.model.steps(), sectionWeight: ix.model.weight, sectionScale: ix.model.scale, sectionRows: rows, sectionRowScale: rowScale} {
		if from != nil {
			var err error
			if data[i], err = binary.Append(nil, binary.LittleEndian, from); err != nil {
				return fmt.Errorf("writing index: %w", err)
			}
		}
		s.Sections[i] = len(data[i])
	}
	if err := gob.NewEncoder(w).Encode(&s); err != nil {
		return fmt.Errorf("writing index: %w", err)
	}
	for _, d := range data {
		if _, err := w.Write(d); err != nil {
			return fmt.Errorf("writing index: %w", err)
		}
	}
	return nil
}

// Decode reads what Encode wrote.
func Decode(r *bufio.Reader) (*Index, error) {
	// The dictionary is unpacked meanwhile.
	lex := make(chan *lexicon.Lexicon, 1)
	go func() { lex <- lexicon.Embedded() }()
	var s stored
	if err := gob.NewDecoder(r).Decode(&s); err != nil {
		return nil, fmt.Errorf("reading index: %w", err)
	}
	if s.Format != format {
		return nil, fmt.Errorf("reading index: format %d, want %d", s.Format, format)
	}
	c := &Corpus{Names: s.Names, Elsewhere: s.Elsewhere, AsOf: s.AsOf}
	ix := &Index{byID: map[string]int32{}, asOf: s.AsOf, policy: s.Policy}
	if len(s.Counts) != len(s.Words) {
		return nil, fmt.Errorf("reading index: %d words, %d counts", len(s.Words), len(s.Counts))
	}
	ix.analyser = &analyser{lex: <-lex, words: make(map[string]known, len(s.Words)), spell: newSpeller(len(s.Words))}
	ix.analyser.names = newNames(c, ix.analyser.lex)
	for i, w := range s.Words {
		ix.analyser.learn(w, s.Counts[i])
	}
	spelt := make(chan struct{})
	go func() { ix.analyser.spell.done(); close(spelt) }()
	ix.vocab = &vocabulary{unseen: s.Unseen}
	ix.model = &model{classes: len(s.Entries)}
	in := sectionReader{r: r, sizes: s.Sections}
	stems := next[byte](&in)
	keys := next[feature](&in)
	ix.vocab.idf = next[float32](&in)
	ix.model.start = next[uint32](&in)
	steps := next[byte](&in)
	ix.model.weight = next[int8](&in)
	ix.model.scale = next[float32](&in)
	rows := next[int8](&in)
	rowScale := next[float32](&in)
	if in.err != nil {
		return nil, fmt.Errorf("reading index: %w", in.err)
	}
	ix.model.unpackRows(rows, rowScale)
	ix.vocab.id = make(map[feature]int32, len(keys))
	for i, k := range keys {
		ix.vocab.id[k] = int32(i)
	}
	ix.vocab.rows = len(keys) + lexicon.Dims
	for _, e := range s.Entries {
		if len(e.Names) < (len(ix.analyser.names.list)+63)/64 || e.Stems < 0 || e.Class > Talk {
			return nil, fmt.Errorf("reading index: entry %s is damaged", e.ID)
		}
		in := info{id: e.ID, class: e.Class, tells: e.Tells, names: e.Names, numbers: e.Numbers, stems: make([]int32, 0, min(e.Stems, len(keys)))}
		last := int32(0)
		for range e.Stems {
			n, size := binary.Uvarint(stems)
			last += int32(n)
			if size <= 0 || last < 0 || int(last) >= len(keys) {
				return nil, fmt.Errorf("reading index: entry %s is damaged", e.ID)
			}
			stems = stems[size:]
			in.stems = append(in.stems, last)
		}
		ix.add(in)
	}
	ix.follows = make([]follow, len(s.Entries))
	for i, e := range s.Entries {
		for _, f := range e.Follow {
			if f.Entry < 0 || int(f.Entry) >= len(s.Entries) {
				return nil, fmt.Errorf("reading index: entry %s is damaged", e.ID)
			}
			ix.follows[i].to = append(ix.follows[i].to, followed{entry: f.Entry, asked: f.Asked})
		}
	}
	if err := ix.model.check(len(keys)); err != nil {
		return nil, fmt.Errorf("reading index: %w", err)
	}
	if err := ix.model.climb(steps); err != nil {
		return nil, fmt.Errorf("reading index: %w", err)
	}
	ix.derive()
	<-spelt
	return ix, nil
}

// A sectionReader reads one section after the other, through one buffer; it stops at the first fault.
type sectionReader struct {
	r     io.Reader
	sizes [sections]int
	at    int
	buf   []byte
	err   error
}

// next reads the next section as numbers of one type.
func next[T any](s *sectionReader) []T {
	n := s.sizes[s.at]
	s.at++
	var one T
	size := binary.Size(one)
	switch {
	case s.err != nil:
		return nil
	case n < 0 || n > maxSection || n%size != 0:
		s.err = fmt.Errorf("a section of %d bytes", n)
		return nil
	}
	s.buf = slices.Grow(s.buf[:0], n)[:n]
	if _, s.err = io.ReadFull(s.r, s.buf); s.err != nil {
		return nil
	}
	out := make([]T, n/size)
	_, s.err = binary.Decode(s.buf, binary.LittleEndian, out)
	return out
}
