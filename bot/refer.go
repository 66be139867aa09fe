package bot

import (
	"regexp"
	"slices"
	"strings"

	"summitbot/kb"
	"summitbot/kb/match"
)

// resolve puts names in the place of the words that stand for them, as far as the turns so far tell whom and what they stand
// for and the text names nobody itself. It says whether it put any.
func (b *Bot) resolve(text string, turns []exchange) (string, bool) {
	he, she := func(p *kb.Person) bool { return !p.She }, func(p *kb.Person) bool { return p.She }
	swap := []struct {
		find *regexp.Regexp
		not  *regexp.Regexp
		kind match.NameKind
		name func(exchange) string
	}{
		{wordHe, asksName, match.Person, func(t exchange) string { return b.whom(t, he) }},
		{wordShe, asksName, match.Person, func(t exchange) string { return b.whom(t, she) }},
		{wordThere, existential, match.Place, b.where},
	}
	out := text
	for _, s := range swap {
		if !s.find.MatchString(text) || s.not.MatchString(text) {
			continue
		}
		if slices.ContainsFunc(b.index.Mentions(text), func(m match.Mention) bool { return m.Kind == s.kind }) {
			continue
		}
		name := ""
		for i := len(turns) - 1; i >= 0 && name == ""; i-- {
			name = s.name(turns[i])
		}
		if name != "" {
			out = s.find.ReplaceAllStringFunc(out, func(w string) string { return named(w, name) })
		}
	}
	return out, out != text
}

// named writes a name in the form of the word that stood for it.
func named(word, name string) string {
	switch strings.ToLower(word) {
	case "his", "her", "hers":
		return name + "'s"
	case "he's", "he’s", "hes", "she's", "she’s", "shes":
		return name + " is"
	case "there":
		return "in " + name
	}
	return name
}

var (
	wordHe    = regexp.MustCompile(`(?i)\b(he['’]s|hes|he|him|his)\b`)
	wordShe   = regexp.MustCompile(`(?i)\b(she['’]s|shes|she|hers|her)\b`)
	wordThere = regexp.MustCompile(`(?i)\bthere\b`)

	// "Is there a treaty?" points nowhere.
	existential = regexp.MustCompile(`(?i)\bthere(['’]?s|re)?\s+(is|are|was|were|be|been|a|an|any|no|ever|will)\b|\b(is|are|was|were|be)\s+there\s+(a|an|any|ever|no|more|other|another)\b|\bthere['’]?s\b`)
	// "What is his name?" asks for somebody who had none so far, and so does "the one with the money, who is he?".
	asksName = regexp.MustCompile(`(?i)\bnamed?\b|\bcalled\s*\?*$|^(and |so |ok )*the\s[^,]*,`)
	asksWho  = regexp.MustCompile(`(?i)\b(who|whom)\b`)
	whoIs    = regexp.MustCompile(`(?i)\bwho(\s+is|\s+was|['’]?s)\b`)
)

// texts are what was said in a turn: the question, and the headline and answer of the entry that answered it.
func (b *Bot) texts(t exchange) []string {
	e, ok := b.base.Entry(t.entry)
	if !ok {
		return []string{t.asked}
	}
	return []string{t.asked, e.Question, e.Answer}
}

// whom finds whom of some people a turn was about: whom the question names first; failing that, the headline and then the
// answer. Where the question was who it is, the answer's first is meant.
func (b *Bot) whom(t exchange, of func(*kb.Person) bool) string {
	first := func(ms, but []match.Mention) string {
		for _, m := range ms {
			if p, ok := b.base.Person(m.ID); ok && of(p) && !slices.ContainsFunc(but, func(o match.Mention) bool { return o.ID == m.ID }) {
				return p.Name
			}
		}
		return ""
	}
	var mentions [][]match.Mention
	for _, text := range b.texts(t) {
		mentions = append(mentions, b.index.Mentions(text))
	}
	asked := mentions[0]
	if asksWho.MatchString(t.asked) && (!whoIs.MatchString(t.asked) || first(asked, nil) == "") {
		if name := first(mentions[len(mentions)-1], asked); name != "" {
			return name
		}
	}
	for _, ms := range mentions {
		if name := first(ms, nil); name != "" {
			return name
		}
	}
	return ""
}

// where finds the place that a turn was about, a smaller one before a country.
func (b *Bot) where(t exchange) string {
	for _, text := range b.texts(t) {
		var found []*kb.Place
		for _, m := range b.index.Mentions(text) {
			if p, ok := b.base.Place(m.ID); ok {
				found = append(found, p)
			}
		}
		if len(found) == 0 {
			continue
		}
		if i := slices.IndexFunc(found, func(p *kb.Place) bool { return p.Kind != "country" }); i > 0 {
			return found[i].Name
		}
		return found[0].Name
	}
	return ""
}
