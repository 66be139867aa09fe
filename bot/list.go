package bot

import (
	"fmt"
	"strings"

	"summitbot/kb"
	"summitbot/kb/match"
)

// Limits of what one reply lists.
const (
	pageSize   = 8 // items
	maxChoices = 6
)

// paged puts one page of a list into a reply: its items, the citation of just these, and the buttons to the other pages.
func paged[T any](b *Bot, c call, r Reply, all []T, item func(T) (Item, []int)) Reply {
	part, page, pages := onePage(all, c.page)
	var cited []int
	for _, x := range part {
		i, paragraphs := item(x)
		r.Items = append(r.Items, i)
		cited = append(cited, paragraphs...)
	}
	r.Kind = KindAnswer
	b.cite(&r, cited)
	turn(&r, c, page, pages)
	return r
}

// onePage cuts out a page of a list. Past the end it is the last.
func onePage[T any](all []T, page int) (part []T, at, of int) {
	of = max(1, (len(all)+pageSize-1)/pageSize)
	at = min(max(page, 1), of)
	return all[min((at-1)*pageSize, len(all)):min(at*pageSize, len(all))], at, of
}

// turn numbers the page and adds the buttons to those beside it.
func turn(r *Reply, c call, page, pages int) {
	if pages < 2 {
		return
	}
	r.Page, r.Pages = page, pages
	if page > 1 {
		r.More = append(r.More, Choice{"← Back", action(c.command.Name, c.found, page-1)})
	}
	if page < pages {
		r.More = append(r.More, Choice{"More →", action(c.command.Name, c.found, page+1)})
	}
}

// offer makes the choice that runs a command for one thing.
func (b *Bot) offer(command, label string, about ...ref) Choice {
	return Choice{label, action(command, one(about...), 1)}
}

// offers makes a choice for each of a few things, under their names.
func (b *Bot) offers(command string, refs []ref) []Choice {
	var out []Choice
	for _, r := range refs[:min(len(refs), maxChoices)] {
		out = append(out, b.offer(command, b.names.label[r], r))
	}
	return out
}

// nothing says that nothing fits, and offers what may have been meant: entries that the matcher finds, and things of names
// that are near.
func (b *Bot) nothing(c call, text string, from []ref) Reply {
	r := Reply{Kind: KindNoAnswer, Text: text + " Perhaps you meant one of these."}
	if m := b.index.Match(match.Query{Text: c.text}); m.Outcome != match.NoAnswer && len(c.lost) > 0 {
		for _, x := range m.Best {
			if e := b.at(x); e.Class == kb.Told && len(r.Choices) < maxChoices/2 {
				r.Choices = append(r.Choices, choiceOf(e))
			}
		}
	}
	r.Choices = append(r.Choices, b.offers(c.command.Name, b.names.near(c.lost, from, maxChoices-len(r.Choices)))...)
	b.cite(&r, nil)
	return r
}

// without is the reply to a command for which the knowledge base has nothing at all.
func (b *Bot) without(text string) Reply {
	return Reply{Kind: KindNotice, Text: text + " Pick a topic, or just ask.", Choices: b.topicChoices(maxChoices)}
}

// list writes the names of things one after another.
func (b *Bot) list(refs []ref) string {
	var out []string
	for _, r := range refs {
		out = append(out, b.names.label[r])
	}
	return strings.Join(out, ", ")
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// sides lists those sides that fit.
func (b *Bot) sides(fit func(string) bool) []ref {
	var out []ref
	for _, s := range b.base.Sides {
		if fit(s.ID) {
			out = append(out, ref{kindSide, s.ID})
		}
	}
	return out
}

func quoted(s string) string { return "“" + s + "”" }
