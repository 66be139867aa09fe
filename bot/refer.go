package bot

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"summitbot/kb"
	"summitbot/kb/match"
)

// referents are whom and what a reader may mean by "he", "she" and "there": names, empty if nobody and nothing.
type referents struct{ he, she, there string }

// resolve puts names in the place of the words that stand for them, unless the text names somebody itself. It says whether it
// put any.
func (b *Bot) resolve(text string, r referents) (string, bool) {
	swap := []struct {
		find *regexp.Regexp
		name string
		kind match.NameKind
	}{{wordHe, r.he, match.Person}, {wordShe, r.she, match.Person}, {wordThere, r.there, match.Place}}
	out := text
	for _, s := range swap {
		if s.name == "" || !s.find.MatchString(text) || s.kind == match.Person && asksName.MatchString(text) || s.kind == match.Place && existential.MatchString(text) {
			continue
		}
		if slices.ContainsFunc(b.index.Mentions(text), func(m match.Mention) bool { return m.Kind == s.kind }) {
			continue
		}
		out = s.find.ReplaceAllStringFunc(out, func(w string) string {
			switch strings.ToLower(w) {
			case "his", "her", "hers":
				return s.name + "'s"
			case "he's", "he’s", "hes", "she's", "she’s", "shes":
				return s.name + " is"
			case "there":
				return "in " + s.name
			}
			return s.name
		})
	}
	return out, out != text
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

// after says whom and what a reader may mean once a question was asked and, if it was, answered by e.
func (b *Bot) after(asked string, e *kb.Entry, before referents) referents {
	texts := []string{asked}
	if e != nil {
		texts = append(texts, e.Question, e.Answer)
	}
	named := make([][]match.Mention, len(texts))
	for i, t := range texts {
		named[i] = b.index.Mentions(t)
	}
	if who := b.meant(named, asked, false); who != nil {
		before.he = who.Name
	}
	if who := b.meant(named, asked, true); who != nil {
		before.she = who.Name
	}
	if where := b.meantPlace(named); where != nil {
		before.there = where.Name
	}
	return before
}

// meant finds whom a question and its answer are about: whom the question names first; failing that, the headline and then
// the answer. Where the question was who it is, the answer's first is meant.
func (b *Bot) meant(named [][]match.Mention, asked string, she bool) *kb.Person {
	first := func(ms, but []match.Mention) *kb.Person {
		for _, m := range ms {
			if p, ok := b.base.Person(m.ID); ok && p.She == she && !slices.ContainsFunc(but, func(o match.Mention) bool { return o.ID == m.ID }) {
				return p
			}
		}
		return nil
	}
	if asksWho.MatchString(asked) && (!whoIs.MatchString(asked) || first(named[0], nil) == nil) {
		if p := first(named[len(named)-1], named[0]); p != nil {
			return p
		}
	}
	for _, ms := range named {
		if p := first(ms, nil); p != nil {
			return p
		}
	}
	return nil
}

// meantPlace finds where a question and its answer are about, the smaller place before the country.
func (b *Bot) meantPlace(named [][]match.Mention) *kb.Place {
	for _, ms := range named {
		var found []*kb.Place
		for _, m := range ms {
			if p, ok := b.base.Place(m.ID); ok {
				found = append(found, p)
			}
		}
		if len(found) > 0 {
			return slices.MinFunc(found, func(p, q *kb.Place) int { return cmp.Compare(size(p), size(q)) })
		}
	}
	return nil
}

func size(p *kb.Place) int {
	if p.Kind == "country" {
		return 1
	}
	return 0
}
