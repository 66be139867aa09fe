package bot

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sahilm/fuzzy"

	"summitbot/kb/match"
)

// Limits of what is looked up in a command's arguments.
const (
	maxFound  = 4  // things; an action has to hold them
	maxGuess  = 8  // words that are looked up by their likeness
	guessSpan = 3  // words of one name that are
	maxTyped  = 32 // runes given to the fuzzy matcher, whose scores overflow on longer ones
)

// A reading is what was found in a command's arguments.
type reading struct {
	found [][]ref // one list a name; more than one ref in it where the name is of several
	lost  []string
}

// all lists everything found, once.
func (r reading) all() []ref {
	var out []ref
	for _, g := range r.found {
		for _, x := range g {
			if !slices.Contains(out, x) {
				out = append(out, x)
			}
		}
	}
	return out
}

// of lists what was found of a kind, one list a name.
func (r reading) of(k kind) [][]ref {
	var out [][]ref
	for _, g := range r.found {
		if g[0].kind == k {
			out = append(out, g)
		}
	}
	return out
}

// take notes what one name may mean, if there is room for it among the most that may be found.
func (r *reading) take(g []ref, most int) {
	for _, other := range r.found {
		if slices.Equal(other, g) {
			return
		}
	}
	for _, other := range r.found {
		most -= len(other)
	}
	if g = g[:max(0, min(len(g), most))]; len(g) > 0 {
		r.found = append(r.found, g)
	}
}

// read finds what a text names, in any order and among the given kinds, of which the first come first where a name is of
// several: by an exact name or description, and failing that by likeness (guess). Filler words are passed over; what is
// left is lost. It finds at most so many things.
func (n *names) read(text string, kinds []kind, filler []string, most int) reading {
	var r reading
	ws := words(text)
	var run []string
	guessed := 0
	settle := func() {
		for len(run) > 0 {
			took := 0
			if guessed < maxGuess {
				for span := min(guessSpan, len(run)); span > 0 && took == 0; span-- {
					if g := n.guess(run[:span], kinds, most); len(g) > 0 {
						r.take(g, most)
						took = span
					}
				}
				guessed++
			}
			if took == 0 {
				r.lost = append(r.lost, run[0])
				took = 1
			}
			run = run[took:]
		}
	}
	for i := 0; i < len(ws); {
		took := 0
		for span := min(maxSpan, len(ws)-i); span > 0; span-- {
			key := strings.Join(ws[i:i+span], " ")
			if g := n.known(key, kinds); len(g) > 0 {
				settle()
				r.take(n.meant(g, kinds), most)
				took = span
				break
			}
			if n.foreign[key] {
				settle()
				r.lost = append(r.lost, ws[i:i+span]...)
				took = span
				break
			}
		}
		switch {
		case took > 0:
			i += took
			continue
		case slices.Contains(filler, ws[i]) || slices.Contains(passed, ws[i]):
			settle()
		default:
			run = append(run, ws[i])
		}
		i++
	}
	settle()
	return r
}

// passed are words that say nothing in a command's arguments.
var passed = strings.Fields(`of in at on for by to from with and or with about as is was were are did do does what which who
	whom when where me my show tell give all any please other s`)

// known finds things by a proper name or, failing that, a description.
func (n *names) known(key string, kinds []kind) []ref {
	for _, from := range []map[string][]ref{n.exact, n.byRole} {
		for _, k := range kinds {
			if g := ofKind(from[key], k); len(g) > 0 {
				return g
			}
		}
	}
	return nil
}

func ofKind(refs []ref, k kind) []ref {
	var out []ref
	for _, r := range refs {
		if r.kind == k {
			out = append(out, r)
		}
	}
	return out
}

// guess finds things by the beginning or skeleton of a name ("lvrov"), by a part of a description ("ambassador"), or by
// either misspelt, in this order.
func (n *names) guess(ws []string, kinds []kind, most int) []ref {
	from := n.ofKinds(kinds)
	for _, found := range [][]ref{
		n.unfinished(strings.Join(ws, " "), from),
		partly(n.roles, ws, from, func(w, to string) bool { return w == to }),
		n.misspelt(ws, from),
		partly(n.called, ws, from, alike),
		partly(n.roles, ws, from, alike),
	} {
		if len(found) > 0 {
			return n.meant(found[:min(len(found), most)], kinds)
		}
	}
	return nil
}

// meant makes sure that a misspelt name means what the name itself means: where a capital stands for its state, so does a
// misspelling that only the capital lists.
func (n *names) meant(found []ref, kinds []kind) []ref {
	if len(found) == 1 && len(n.called[found[0]]) > 0 {
		return n.known(n.called[found[0]][0], kinds)
	}
	return found
}

// partly finds the things in one of whose names or descriptions a word like each of the words stands.
func partly(called map[ref][]string, ws []string, from []ref, like func(w, to string) bool) []ref {
	var out []ref
	for _, r := range from {
		for _, text := range called[r] {
			if holds(text, ws, like) {
				out = append(out, r)
				break
			}
		}
	}
	return out
}

// holds says whether a word like each of the words stands in a name.
func holds(text string, ws []string, like func(w, to string) bool) bool {
	for _, w := range ws {
		found := false
		for to := range strings.FieldsSeq(text) {
			if found = like(w, to); found {
				break
			}
		}
		if !found {
			return false
		}
	}
	return true
}

// A spelling is one name of a thing, for the fuzzy matcher.
type spelling struct {
	ref  ref
	text string
}

type spellings []spelling

func (s spellings) String(i int) string { return s[i].text }
func (s spellings) Len() int            { return len(s) }

func spell(called map[ref][]string, from []ref) spellings {
	var out spellings
	for _, r := range from {
		for _, text := range called[r] {
			out = append(out, spelling{r, text})
		}
	}
	return out
}

// ofKinds lists the things of some kinds, kind by kind.
func (n *names) ofKinds(kinds []kind) []ref {
	var out []ref
	for _, k := range kinds {
		out = append(out, ofKind(n.refs, k)...)
	}
	return out
}

// unfinished finds the thing of whose names the typed text is a part that nobody would type by chance, the greatest part
// first. People may be several: first names are shared.
func (n *names) unfinished(typed string, from []ref) []ref {
	long := func(w string) bool { return utf8.RuneCountInString(w) >= 3 }
	if !slices.ContainsFunc(strings.Fields(typed), long) || utf8.RuneCountInString(typed) > maxTyped {
		return nil
	}
	list := spell(n.called, from)
	var hits spellings
	for _, m := range fuzzy.FindFrom(typed, list) {
		if credible(typed, m) {
			hits = append(hits, list[m.Index])
		}
	}
	slices.SortStableFunc(hits, func(a, b spelling) int { return cmp.Compare(len(a.text), len(b.text)) })
	var out []ref
	for _, s := range hits {
		if len(out) == 0 || s.ref.kind == kindPerson && out[0].kind == kindPerson && !slices.Contains(out, s.ref) {
			out = append(out, s.ref)
		}
	}
	return out
}

// credible says whether a fuzzy match is one that the user meant: each typed word begins a word of the name and stays
// within it, and is its beginning or at least half of it. The score says nothing of that: it only orders.
func credible(typed string, m fuzzy.Match) bool {
	at := 0
	for _, word := range strings.Fields(typed) {
		size := utf8.RuneCountInString(word)
		if at+size > len(m.MatchedIndexes) {
			return false
		}
		ix := m.MatchedIndexes[at : at+size]
		at += size + 1 // and the space
		first, last := ix[0], ix[size-1]
		if first > 0 && m.Str[first-1] != ' ' || strings.Contains(m.Str[first:last+1], " ") {
			return false
		}
		whole, _, _ := strings.Cut(m.Str[first:], " ")
		if !strings.HasPrefix(whole, word) && 2*size < utf8.RuneCountInString(whole) {
			return false
		}
	}
	return true
}

// misspelt finds the things of which a name or a description is a few edits away, those that are the fewest. Of things of
// several kinds it takes the first's.
func (n *names) misspelt(ws []string, from []ref) []ref {
	least := 1 << 30
	var out []ref
	for _, r := range from {
		for _, text := range slices.Concat(n.called[r], n.roles[r]) {
			sum, ok := editsOfAll(ws, text)
			if !ok || sum > least || sum == least && out[0].kind != r.kind {
				continue
			}
			if sum < least {
				least, out = sum, out[:0]
			}
			if !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	return out
}

// editsOfAll counts the edits between words and a name, if each word is near enough.
func editsOfAll(ws []string, text string) (int, bool) {
	if strings.Count(text, " ")+1 != len(ws) {
		// "mc faul", "whitehouse", "c.n.n."
		together := strings.Join(ws, "")
		return 1, len(together) >= 3 && together == strings.ReplaceAll(text, " ", "")
	}
	sum := 0
	for _, w := range ws {
		var to string
		to, text, _ = strings.Cut(text, " ")
		n, ok := edits(w, to)
		if !ok {
			return 0, false
		}
		sum += n
	}
	return sum, true
}

func alike(w, to string) bool {
	_, ok := edits(w, to)
	return ok
}

// edits counts those between two words: one is near enough from four letters on, two from seven if the first letter is
// right. A word in another script than ours may have another ending, as names in Russian and Ukrainian do. A number is
// never another.
func edits(w, to string) (int, bool) {
	n, shorter := match.Distance(w, to), min(len(w), len(to))
	switch {
	case n == 0:
		return 0, true
	case n == 1 && shorter >= 4, n == 2 && shorter >= 7 && w[0] == to[0]:
		return n, !strings.ContainsAny(w+to, "0123456789")
	}
	if w[0] < utf8.RuneSelf {
		return 0, false
	}
	a, b := []rune(w), []rune(to)
	same := 0
	for same < min(len(a), len(b)) && a[same] == b[same] {
		same++
	}
	return 2, same >= 4 && max(len(a), len(b))-same <= 3
}

// near offers what may have been meant by words that name nothing, the likeliest first, and fills up with what comes first.
func (n *names) near(lost []string, from []ref, most int) []ref {
	var out []ref
	offer := func(r ref) {
		if len(out) < most && !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	list := spell(n.called, from)
	for _, w := range lost[:min(len(lost), maxGuess)] {
		for _, s := range list {
			for part := range strings.FieldsSeq(s.text) {
				if len(w) >= 3 && match.Distance(w, part) <= len(w)/3 {
					offer(s.ref)
				}
			}
		}
	}
	for _, w := range lost[:min(len(lost), maxGuess)] {
		if utf8.RuneCountInString(w) < 3 {
			continue
		}
		for _, m := range fuzzy.FindFrom(clipRunes(w, maxTyped), list) {
			offer(list[m.Index].ref)
		}
	}
	for _, r := range from {
		offer(r)
	}
	return out
}
