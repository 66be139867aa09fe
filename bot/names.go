package bot

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/sahilm/fuzzy"
	"golang.org/x/text/unicode/norm"

	"summitbot/kb"
	"summitbot/kb/match"
)

// A kind is a kind of thing that a command's arguments name. Its letter stands for it in actions.
type kind byte

const (
	kindPerson  kind = 'p'
	kindSide    kind = 's'
	kindPlace   kind = 'l'
	kindEvent   kind = 'e'
	kindDate    kind = 'd' // a year, a month, a day, or a month or day of any year
	kindSubject kind = 't' // what events are about: "calls"
	kindSpeaker kind = 'q' // whoever is quoted without being a person of the knowledge base, or was spoken to
	kindTopic   kind = 'g' // a group of entries
)

// A ref is one thing of a kind.
type ref struct {
	kind kind
	id   string
}

// names finds things by what people call them. It is made once and only read.
type names struct {
	refs    []ref            // everything there is; of one kind, the order of the knowledge base
	label   map[ref]string   // as a reader sees it
	called  map[ref][]string // proper names, folded
	roles   map[ref][]string // descriptions, folded: "kremlin top diplomat"
	exact   map[string][]ref // by proper name
	byRole  map[string][]ref
	foreign map[string]bool // names of what the source never mentions
}

func newNames(base *kb.Base) *names {
	n := &names{label: map[ref]string{}, called: map[ref][]string{}, roles: map[ref][]string{}, exact: map[string][]ref{}, byRole: map[string][]ref{}, foreign: map[string]bool{}}
	for _, p := range base.People {
		r := ref{kindPerson, p.ID}
		n.add(r, p.Name, append(append([]string{p.ID}, p.Aliases...), p.Misspelt...)...)
		for _, role := range append([]string{p.Role}, p.KnownAs...) {
			if f := fold(role); f != "" && !slices.Contains(n.roles[r], f) {
				n.roles[r] = append(n.roles[r], f)
				n.byRole[f] = append(n.byRole[f], r)
			}
		}
	}
	for _, s := range base.Sides {
		n.add(ref{kindSide, s.ID}, capital(s.Name), append([]string{s.ID}, s.Aliases...)...)
	}
	for _, p := range base.Places {
		n.add(ref{kindPlace, p.ID}, capital(p.Name), append(append([]string{p.ID}, p.Aliases...), p.Misspelt...)...)
	}
	for _, e := range base.Events {
		n.add(ref{kindEvent, e.ID}, e.Title, append([]string{e.ID}, e.Aliases...)...)
		n.addDates(e.Start, e.End)
		for _, t := range e.Topics {
			n.add(ref{kindSubject, t}, capital(t), strings.TrimSuffix(t, "s"))
		}
	}
	for _, d := range base.Demands {
		if since, err := kb.ParseDate(d.Since); err == nil {
			n.addDates(since, kb.Date{})
		}
	}
	for _, q := range base.Quotes {
		for _, s := range []string{q.SpeakerText, q.To} {
			// Said to a person: that is the person.
			if s != "" && len(n.exact[fold(s)]) == 0 || len(n.called[ref{kindSpeaker, s}]) > 0 {
				n.add(ref{kindSpeaker, s}, capital(s))
			}
		}
	}
	for i := range base.Entries {
		if e := &base.Entries[i]; e.Class == kb.Told {
			n.add(ref{kindTopic, e.Topic}, topicName(e.Topic))
		}
	}
	for _, list := range [][]string{base.Elsewhere.People, base.Elsewhere.Places, base.Elsewhere.Organisations} {
		for _, s := range list {
			n.foreign[fold(s)] = true
		}
	}
	return n
}

// add notes a thing with its names, the main one first. Adding it again adds names.
func (n *names) add(r ref, label string, others ...string) {
	if r.id == "" {
		return
	}
	if _, ok := n.label[r]; !ok {
		n.refs = append(n.refs, r)
		n.label[r] = label
	}
	for _, s := range append([]string{label}, others...) {
		f := fold(s)
		if f == "" || slices.Contains(n.called[r], f) {
			continue
		}
		n.called[r] = append(n.called[r], f)
		n.exact[f] = append(n.exact[f], r)
	}
}

// addDates notes the dates that a span touches: its years, its months, its first and last day, each in the ways people
// write them.
func (n *names) addDates(start, end kb.Date) {
	if start.IsZero() {
		return
	}
	if end.IsZero() {
		end = start
	}
	for y := start.Year; y <= end.Year && y < start.Year+maxYears; y++ {
		n.add(dateRef(kb.Date{Year: y}), fmt.Sprint(y))
	}
	addMonth := func(y, m int) {
		long, short := time.Month(m).String(), time.Month(m).String()[:3]
		year := fmt.Sprint(y)
		n.add(dateRef(kb.Date{Year: y, Month: m}), long+" "+year, short+" "+year, year+" "+long, fmt.Sprintf("%d %02d", y, m))
		n.add(dateRef(kb.Date{Month: m}), long, short)
	}
	if start.Month > 0 && end.Month > 0 {
		for i := start.Year*12 + start.Month - 1; i <= end.Year*12+end.Month-1 && i < (start.Year+maxYears)*12; i++ {
			addMonth(i/12, i%12+1)
		}
	}
	for _, d := range []kb.Date{start, end} {
		if d.Month > 0 {
			addMonth(d.Year, d.Month)
		}
		if d.Day == 0 {
			continue
		}
		long, short := time.Month(d.Month).String(), time.Month(d.Month).String()[:3]
		var with, without []string
		for _, m := range []string{long, short} {
			for _, day := range []string{fmt.Sprintf("%d %s", d.Day, m), fmt.Sprintf("%s %d", m, d.Day)} {
				without, with = append(without, day), append(with, fmt.Sprintf("%s %d", day, d.Year))
			}
		}
		n.add(dateRef(d), d.String(), append(with, fmt.Sprintf("%d %02d %02d", d.Year, d.Month, d.Day))...)
		n.add(dateRef(kb.Date{Month: d.Month, Day: d.Day}), without[0], without...)
	}
}

// maxYears bounds how far a span is followed.
const maxYears = 100

// dateRef writes a date as an id: "2025", "2025-02", "2025-02-18", and without a year "-02" or "-02-18".
func dateRef(d kb.Date) ref {
	s := ""
	if d.Year > 0 {
		s = fmt.Sprintf("%04d", d.Year)
	}
	if d.Month > 0 {
		s += fmt.Sprintf("-%02d", d.Month)
	}
	if d.Day > 0 {
		s += fmt.Sprintf("-%02d", d.Day)
	}
	return ref{kindDate, s}
}

// date reads such an id.
func (r ref) date() kb.Date {
	if !strings.HasPrefix(r.id, "-") {
		d, _ := kb.ParseDate(r.id)
		return d
	}
	d, _ := kb.ParseDate("2000" + r.id) // a leap year: any day will do
	d.Year = 0
	return d
}

// Limits of what of a command's arguments is read.
const (
	maxArgs   = 300 // runes
	maxWords  = 24
	maxSpan   = 8  // words of one name
	maxFound  = 4  // things; an action has to hold them
	maxGuess  = 8  // words that are looked up by their likeness
	guessSpan = 3  // words of one name that are
	maxTyped  = 32 // runes given to the fuzzy matcher, whose scores overflow on longer ones
)

// words brings text to the form in which names are compared: compatibility forms, case, accents and possessives folded,
// articles and marks left out. A user's text and the knowledge base's names both pass through it.
func words(s string) []string {
	s = unlike.Replace(clipRunes(s, maxArgs))
	var out []string
	var w []rune
	flush := func() {
		t := strings.ReplaceAll(strings.TrimSuffix(string(w), "'s"), "'", "")
		w = w[:0]
		if n := len(t); n > 2 && t[0] >= '0' && t[0] <= '9' {
			switch t[n-2:] {
			case "st", "nd", "rd", "th":
				t = t[:n-2]
			}
		}
		if n := len(t); n == 2 && t[0] == '0' && t[1] > '0' && t[1] <= '9' {
			t = t[1:] // 05 is 5
		}
		if t != "" && t != "the" && t != "a" && t != "an" {
			out = append(out, t)
		}
	}
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			w = append(w, unicode.ToLower(r))
		case r == '\'' || r == '’' || r == '‘' || r == 'ʼ':
			if len(w) > 0 {
				w = append(w, '\'')
			}
		case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r):
			// accents, and marks that nobody sees
		default:
			flush()
		}
	}
	flush()
	if len(out) > maxWords {
		out = out[:maxWords]
	}
	return out
}

// unlike are letters that decompose into nothing.
var unlike = strings.NewReplacer("ß", "ss", "ø", "o", "Ø", "O", "ł", "l", "Ł", "L", "ı", "i", "æ", "ae", "Æ", "AE", "đ", "d", "Đ", "D")

func fold(s string) string { return strings.Join(words(s), " ") }

func clipRunes(s string, most int) string {
	n := 0
	for i := range s {
		if n == most {
			return s[:i]
		}
		n++
	}
	return s
}

func capital(s string) string {
	if s == "" {
		return ""
	}
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}

// topicName writes the name of a group of entries as a reader sees it.
func topicName(topic string) string {
	return capital(strings.NewReplacer("-", " ", "_", " ").Replace(topic))
}

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

// mentioned lists the things of a kind of which a text has a proper name in it.
func (n *names) mentioned(text string, k kind) []ref {
	var out []ref
	ws := words(text)
	for i := range ws {
		for span := min(maxSpan, len(ws)-i); span > 0; span-- {
			for _, r := range n.exact[strings.Join(ws[i:i+span], " ")] {
				if r.kind == k && !slices.Contains(out, r) {
					out = append(out, r)
				}
			}
		}
	}
	return out
}
