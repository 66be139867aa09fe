package match

import (
	"slices"
	"strings"

	"github.com/kljensen/snowball/english"

	"summitbot/kb/match/lexicon"
)

// A word is one token with what is known of it.
type word struct {
	text       string // after correction; a name's main name
	stem       feature
	content    bool // not a function word
	sense      sense
	start, end int // bytes of the original
	sentence   int
	corrected  string // what the user typed, if that was changed
	name       int32  // index of a name it stands for, or -1
}

// known is what is kept of each word of the phrasings, so that it is worked out once.
type known struct {
	stem  feature
	sense sense
}

// An analyser turns text into words: it corrects spelling towards the words it knows, and finds names.
type analyser struct {
	lex   *lexicon.Lexicon
	words map[string]known
	spell *speller
	names *names
}

func (a *analyser) know(text string) known {
	k := known{stem: hashString(blockStem, english.Stem(text, true))}
	k.sense = senseOf(a.lex, text)
	return k
}

// A sense is what a word means: a vector of the lexicon's, and how much it weighs. Without a vector it means nothing.
type sense struct {
	vec    []int8
	weight float32
}

func senseOf(lex *lexicon.Lexicon, word string) sense {
	vec, rank := lex.Vector(word)
	if vec == nil {
		return sense{}
	}
	// "Smooth inverse frequency", a/(a + p) (Arora, Liang and Ma 2017), with p from the word's rank by Zipf's law.
	p := .1 / float64(rank+1)
	return sense{vec, float32(1e-3 / (1e-3 + p))}
}

// analyse reads a text. The words returned are appended to buf.
func (a *analyser) analyse(text string, buf []word) []word {
	tokens := tokenize(text)
	for i := range tokens {
		t := &tokens[i]
		w := word{text: t.text, start: t.start, end: t.end, sentence: t.sentence, name: -1}
		k, ok := a.words[w.text]
		if !ok {
			if to, better := a.correct(w.text); better {
				w.corrected, w.text = w.text, to
				k, ok = a.words[to]
			}
		}
		if !ok {
			k = a.know(w.text)
		}
		w.stem, w.sense = k.stem, k.sense
		w.content = !function[w.text]
		buf = append(buf, w)
	}
	return buf
}

// correct finds the known word that an unknown one was meant to be. English words and well-known names are left alone:
// they are what the user meant, and the knowledge base has nothing on them.
func (a *analyser) correct(w string) (string, bool) {
	if a.spell == nil || len(w) < 4 || a.names.elsewhere(w) || a.lex.IsWord(w) || a.lex.IsName(w) {
		return "", false
	}
	return a.spell.nearest(w)
}

// learn makes a word a known one.
func (a *analyser) learn(w string, count int32) {
	a.words[w] = a.know(w)
	a.spell.add(w, count)
}

// newAnalyser makes an analyser for a corpus: the words of its phrasings are the known ones, the frequent ones and those that
// are English or a name are what others are corrected to.
func newAnalyser(c *Corpus) *analyser {
	a := &analyser{lex: lexicon.Embedded(), words: map[string]known{}}
	count := map[string]int32{}
	for i := range c.Entries {
		e := &c.Entries[i]
		for _, text := range append([]string{e.Question}, e.Asked...) {
			for _, t := range tokenize(text) {
				count[t.text]++
			}
		}
	}
	a.names = newNames(c, a.lex)
	inNames := map[string]bool{}
	for _, w := range a.names.words() {
		inNames[w] = true
		count[w] += often
	}
	texts := make([]string, 0, len(count))
	for w := range count {
		texts = append(texts, w)
	}
	slices.Sort(texts)
	// Solid words are English, or names, or no plain words at all (numbers, other alphabets). Of the others, the rare ones and
	// those that a much commoner solid word is near are slips of whoever wrote the phrasing: they are corrected like a user's.
	solid := newSpeller(len(texts))
	slip := func(w string) bool {
		return len(w) >= minOneEdit && !a.lex.IsWord(w) && !inNames[w] && strings.IndexFunc(w, func(r rune) bool { return r < 'a' || r > 'z' }) < 0
	}
	for _, w := range texts {
		if !slip(w) {
			solid.add(w, count[w])
		}
	}
	solid.done()
	a.spell = newSpeller(len(texts))
	for _, w := range texts {
		if slip(w) {
			to, ok := solid.nearest(w)
			if count[w] < often || ok && count[to] >= commoner*count[w] {
				continue
			}
		}
		a.learn(w, count[w])
	}
	a.spell.done()
	return a
}

const (
	often    = 3  // times that a string which is no word must occur to be one of the corpus's own
	commoner = 10 // times as often occurs a word that it is rather a slip of
)

// function holds the words that carry grammar, not content.
var function = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`a an the of to in on at by for with from as and or but if so than that this these
		those it its he she they them him her his their we us you your i me my is are was were be been being am do does did
		has have had will would can could should may might not no there then just about into up out please tell who what
		when where why how which whom whose`) {
		m[w] = true
	}
	return m
}()
