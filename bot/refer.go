package bot

import (
	"regexp"
	"slices"
	"strings"

	"summitbot/kb"
	"summitbot/kb/match"
)

// referents are whom and what a reader may mean by "he" and "there": names, empty if nobody and nothing.
type referents struct{ he, there string }

// resolve puts names in the place of the words that stand for them, unless the text names somebody itself. It says whether it
// put any.
func (b *Bot) resolve(text string, r referents) (string, bool) {
	he, there := r.he != "" && personal.MatchString(text), r.there != "" && thither.MatchString(text) && !existential.MatchString(text)
	if !he && !there {
		return text, false
	}
	for _, m := range b.index.Mentions(text) {
		he = he && m.Kind != match.Person
		there = there && m.Kind != match.Place
	}
	out := text
	if he {
		out = personal.ReplaceAllStringFunc(out, func(w string) string {
			switch strings.ToLower(w) {
			case "his", "her", "hers":
				return r.he + "'s"
			case "he's", "he’s", "hes", "she's", "she’s":
				return r.he + " is"
			}
			return r.he
		})
	}
	if there {
		out = thither.ReplaceAllString(out, "in "+r.there)
	}
	return out, out != text
}

var (
	asksWho     = regexp.MustCompile(`(?i)\b(who|whom|whos|who['’]s|name)\b`)
	asksWhere   = regexp.MustCompile(`(?i)\b(where|which (city|country|place|town))\b`)
	personal    = regexp.MustCompile(`(?i)\b(he['’]s|she['’]s|hes|he|him|she|his|hers|her)\b`)
	thither     = regexp.MustCompile(`(?i)\bthere\b`)
	existential = regexp.MustCompile(`(?i)\bthere(['’]s|s)?\s+(is|are|was|were|be|been|a|an|any|no|ever|will)\b|\b(is|are|was|were|be)\s+there\s+(a|an|any|ever|no|more|other|another)\b|\bthere['’]?s\b`)
)

// after says whom and what a reader may mean once a question was asked and, if it was, answered by e.
func (b *Bot) after(asked string, e *kb.Entry, before referents) referents {
	r := before
	texts := []string{asked}
	if e != nil {
		texts = append(texts, e.Question, e.Answer)
	}
	who := e != nil && asksWho.MatchString(asked)
	if name := b.first(texts, match.Person, who); name != "" {
		r.he = name
	}
	if name := b.first(texts, match.Place, e != nil && asksWhere.MatchString(asked)); name != "" {
		r.there = name
	}
	return r
}

// first finds the name of a kind that the texts are about: the one that the first of them names, or if the kind was asked for,
// the first of the last text that was not named in the question.
func (b *Bot) first(texts []string, kind match.NameKind, asked bool) string {
	var named [][]string
	for _, t := range texts {
		var ids []string
		for _, m := range b.index.Mentions(t) {
			if m.Kind == kind && !slices.Contains(ids, m.ID) {
				ids = append(ids, m.ID)
			}
		}
		named = append(named, ids)
	}
	if asked {
		for _, id := range named[len(named)-1] {
			if !slices.Contains(named[0], id) {
				return b.nameOf(kind, id)
			}
		}
	}
	for i, ids := range named {
		if len(ids) == 1 || len(ids) > 0 && i == 2 {
			return b.nameOf(kind, ids[0])
		}
	}
	return ""
}

func (b *Bot) nameOf(kind match.NameKind, id string) string {
	if kind == match.Place {
		for i := range b.base.Places {
			if b.base.Places[i].ID == id {
				return b.base.Places[i].Name
			}
		}
		return ""
	}
	for i := range b.base.People {
		if b.base.People[i].ID == id {
			return b.base.People[i].Name
		}
	}
	return ""
}
