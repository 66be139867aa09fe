package match

import (
	"slices"
	"strings"

	"summitbot/kb/match/lexicon"
)

// A NameKind says what a name names.
type NameKind uint8

// The kinds of names.
const (
	Person NameKind = iota
	Place
	Side
	Thing
	Event
)

// A Name is somebody or something that entries are about, with the ways people write it.
type Name struct {
	ID    string
	Kind  NameKind
	Names []string // proper names, spellings, misspellings: each means just this
	Roles []string // descriptions: "the Kremlin's top diplomat"
}

// A mention is a place in a text where a name or a role stands.
type mention struct {
	name     int32
	from, to int // words
	role     bool
}

// names finds the corpus's names in texts, the longest first.
type names struct {
	list          []Name
	hash          []feature
	main          []string // what a collapsed mention reads as
	sense         []sense  // of the last word of its main name, however it is spelt
	first         map[string][]pattern
	elsewhereList []string
	others        map[string]bool // names of what the corpus is not about
	long          map[string]bool // those of several words, by their first
}

type pattern struct {
	words []string
	name  int32
	role  bool
}

func newNames(c *Corpus, lex *lexicon.Lexicon) *names {
	n := &names{list: c.Names, elsewhereList: c.Elsewhere, first: map[string][]pattern{}, others: map[string]bool{}, long: map[string]bool{}}
	seen := map[string]bool{}
	add := func(text string, name int, role bool) {
		var ws []string
		for _, t := range tokenize(text) {
			ws = append(ws, t.text)
		}
		key := strings.Join(ws, " ")
		if len(ws) == 0 || seen[key] || (len(ws) == 1 && function[ws[0]] && ws[0] != "us") {
			return
		}
		seen[key] = true
		n.first[ws[0]] = append(n.first[ws[0]], pattern{ws, int32(name), role})
	}
	for i, x := range c.Names {
		n.hash = append(n.hash, hashString(blockName, x.ID))
		n.main = append(n.main, strings.ReplaceAll(x.ID, "-", ""))
		means := sense{}
		if len(x.Names) > 0 {
			for _, t := range tokenize(x.Names[0]) {
				means = senseOf(lex, t.text)
			}
		}
		n.sense = append(n.sense, means)
		for _, text := range x.Names {
			add(text, i, false)
		}
	}
	for i, x := range c.Names {
		for _, text := range x.Roles {
			add(text, i, true)
		}
	}
	for _, ps := range n.first {
		slices.SortStableFunc(ps, func(a, b pattern) int { return len(b.words) - len(a.words) })
	}
	for _, text := range c.Elsewhere {
		var ws []string
		for _, t := range tokenize(text) {
			ws = append(ws, t.text)
		}
		if len(ws) == 0 {
			continue
		}
		n.others[strings.Join(ws, " ")] = true
		if len(ws) > 1 {
			n.long[ws[0]] = true
		}
	}
	return n
}

// words lists all the words that names are made of.
func (n *names) words() []string {
	var out []string
	for _, ps := range n.first {
		for _, p := range ps {
			if !p.role {
				out = append(out, p.words...)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (n *names) elsewhere(w string) bool { return n.others[w] }

// find appends the mentions in words to buf, from left to right, the longest where several begin.
func (n *names) find(words []word, buf []mention) []mention {
	for i := 0; i < len(words); i++ {
		for _, p := range n.first[words[i].text] {
			if i+len(p.words) > len(words) {
				continue
			}
			ok := true
			for j, w := range p.words {
				if words[i+j].text != w {
					ok = false
					break
				}
			}
			if ok {
				buf = append(buf, mention{p.name, i, i + len(p.words), p.role})
				i += len(p.words) - 1
				break
			}
		}
	}
	return buf
}

// collapse puts one word in the place of each person's or place's name, so that all spellings of it are one.
// It works in place and returns the shorter text with its mentions moved along.
func (n *names) collapse(words []word, ms []mention) []word {
	out := words[:0]
	at := 0
	for i := range ms {
		m := &ms[i]
		out = append(out, words[at:m.from]...)
		start := len(out)
		if !m.role && n.list[m.name].Kind.collapses() {
			w := words[m.from]
			w.end = words[m.to-1].end
			w.text, w.stem, w.sense, w.content, w.name = n.main[m.name], n.hash[m.name], n.sense[m.name], true, m.name
			out = append(out, w)
		} else {
			out = append(out, words[m.from:m.to]...)
		}
		at = m.to
		m.from, m.to = start, len(out)
	}
	return append(out, words[at:]...)
}

// collapses says whether one word is put in the place of such a name.
func (k NameKind) collapses() bool { return k == Person || k == Place }

// knows says whether all words stand in the phrasings.
func (a *analyser) knows(words ...string) bool {
	for _, w := range words {
		if _, ok := a.words[w]; !ok {
			return false
		}
	}
	return true
}

// foreign counts the words that name what the corpus does not know: names listed as elsewhere, and well-known names.
// A word that stands in the phrasings is not foreign, whatever it is.
func (a *analyser) foreign(words []word) int {
	count := 0
	for i := 0; i < len(words); i++ {
		w := &words[i]
		if w.name >= 0 {
			continue
		}
		if a.names.long[w.text] {
			two := ""
			if i+1 < len(words) {
				two = w.text + " " + words[i+1].text
			}
			if two != "" && a.names.others[two] {
				count++
				i++
				continue
			}
			if i+2 < len(words) && a.names.others[two+" "+words[i+2].text] {
				count++
				i += 2
				continue
			}
		}
		if a.names.others[w.text] {
			count++
			continue
		}
		if i+1 < len(words) && words[i+1].name < 0 {
			if two := w.text + " " + words[i+1].text; a.lex.IsName(two) && !a.knows(w.text, words[i+1].text) {
				count++
				i++
				continue
			}
		}
		if _, ok := a.words[w.text]; !ok && w.corrected == "" && len(w.text) > 3 && a.lex.IsName(w.text) {
			count++
		}
	}
	return count
}
