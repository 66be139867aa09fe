package main

import (
	"fmt"
	"strings"

	"summitbot/adapters/guard"
	"summitbot/kb/gaps"
	"summitbot/kb/match"
)

type gapsCommand struct {
	folder
	YAML  bool `name:"yaml" help:"Draft the entries that would answer them."`
	Least int  `default:"1" help:"Leave out what was asked less often."`
}

func (gapsCommand) Help() string {
	return "Reads a log from standard input, as `summitbot run` writes it with SUMMITBOT_LOG_UNANSWERED=on, and groups by likeness what was asked in vain."
}

// maxWordings is how many wordings of a group are shown.
const maxWordings = 5

// Run prints the groups, the largest first, each with the entries that are nearest to it today.
func (g gapsCommand) Run(c *call) error {
	know, err := c.knowledge(g.Dir)
	if err != nil {
		return err
	}
	questions, err := gaps.Read(c.stdin, guard.VainMessage)
	if err != nil {
		return err
	}
	var groups []gaps.Group
	for _, group := range gaps.Find(questions) {
		if group.Count >= g.Least {
			groups = append(groups, group)
		}
	}
	if g.YAML {
		return gaps.Draft(c.stdout, groups, func(group gaps.Group) []string { return nearestIDs(know.nearest(group)) })
	}
	for _, group := range groups {
		lead := group.Wordings[0]
		var why []string
		for _, w := range group.Why {
			why = append(why, fmt.Sprintf("%s %d", w.Text, w.Count))
		}
		fmt.Fprintf(c.stdout, "%d × %s\n", group.Count, lead.Text)
		for _, w := range group.Wordings[1:min(len(group.Wordings), maxWordings)] {
			fmt.Fprintf(c.stdout, "    also: %s\n", w.Text)
		}
		if more := len(group.Wordings) - maxWordings; more > 0 {
			fmt.Fprintf(c.stdout, "    also: %d more\n", more)
		}
		fmt.Fprintf(c.stdout, "    why: %s\n", strings.Join(why, ", "))
		r := know.nearest(group)
		for i, id := range nearestIDs(r) {
			at := know.base.Entries[r.Best[i].Entry]
			fmt.Fprintf(c.stdout, "    near: %s  %s\n", id, at.Question)
		}
		if r.Outcome == match.Answer {
			fmt.Fprintln(c.stdout, "    today it is answered")
		}
	}
	fmt.Fprintf(c.stdout, "%d questions in %d groups\n", len(questions), len(groups))
	return nil
}

func (k *knowledge) nearest(g gaps.Group) match.Result {
	return k.index.Match(match.Query{Text: g.Wordings[0].Text})
}

// nearestIDs are the ids of the three nearest entries.
func nearestIDs(r match.Result) []string {
	var ids []string
	for _, c := range r.Best[:min(len(r.Best), 3)] {
		ids = append(ids, c.ID)
	}
	return ids
}
