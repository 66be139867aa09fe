package discord

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"summitbot/bot"
)

// Discord's limits, in characters.
// https://discord.com/developers/docs/resources/message#embed-object-embed-limits
const (
	maxContent     = 2000
	maxTitle       = 256
	maxDescription = 4096
	maxFields      = 25
	maxFieldName   = 256
	maxFieldValue  = 1024
	maxFooter      = 2048
	maxEmbed       = 6000 // title, description, fields and footer together
	maxRows        = 5
	maxInRow       = 5
	maxLabel       = 80
)

// nothing stands where Discord takes no empty text.
const nothing = "\u200b"

const flagEphemeral = 1 << 6

// A payload is all that Discord is to show as one message. Every message, edit and response is one, so that none can mention
// anybody: AllowedMentions is always there and empty.
type payload struct {
	Content         string                           `json:"content,omitempty"`
	Embeds          []*discordgo.MessageEmbed        `json:"embeds"`
	Components      []row                            `json:"components"`
	AllowedMentions discordgo.MessageAllowedMentions `json:"allowed_mentions"`
	Flags           int                              `json:"flags,omitempty"`
	Reference       *replyTo                         `json:"message_reference,omitempty"`
	Nonce           string                           `json:"nonce,omitempty"`
	EnforceNonce    bool                             `json:"enforce_nonce,omitempty"`
}

// A row holds up to five buttons. The library's types for them marshal each other, which takes longer than all the rest.
type row struct {
	Type    discordgo.ComponentType `json:"type"`
	Buttons []button                `json:"components"`
}

type button struct {
	Type     discordgo.ComponentType `json:"type"`
	Style    discordgo.ButtonStyle   `json:"style"`
	Label    string                  `json:"label"`
	CustomID string                  `json:"custom_id"`
}

type replyTo struct {
	MessageID       string `json:"message_id"`
	FailIfNotExists bool   `json:"fail_if_not_exists"`
}

// mute allows no mention. The slice is not nil: a null would allow all.
func mute() discordgo.MessageAllowedMentions {
	return discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}}
}

// A setting is where a reply is shown.
type setting struct {
	owner  string // who asked
	follow bool   // offer a form for a follow-up, where a plain reply would not reach the bot
	about  string // a link to the message that was asked about
	locale string // of whoever asked; empty: the reply's own language

	commands map[string]string // the ids of registered commands by name, to make them something to tap on
}

// colours tell the kinds of replies apart at a glance.
var colours = map[bot.Kind]int{
	bot.KindAnswer:   0x2f6db5,
	bot.KindClarify:  0xc9912b,
	bot.KindNoAnswer: 0x80848e,
	bot.KindHelp:     0x4b8b5a,
	bot.KindNotice:   0x80848e,
}

// render turns a reply into what Discord shows: an embed with the question as it was understood, the answer, its source, and
// buttons.
func render(r bot.Reply, s setting) payload {
	w := wordsIn(cmp.Or(s.locale, r.Lang))
	e := &discordgo.MessageEmbed{Color: colours[r.Kind]}
	left := maxEmbed
	take := func(text string) string {
		left -= size(text)
		return text
	}
	e.Title = take(shown(r.Title, maxTitle))
	if f := take(shorten(strings.ToValidUTF8(footer(r, w), ""), maxFooter)); f != "" {
		e.Footer = &discordgo.MessageEmbedFooter{Text: f}
	}
	about := ""
	if s.about != "" {
		about = take("\n\n-# [" + w.asked + "](" + s.about + ")")
	}
	most := maxDescription - size(about)
	e.Description = take(shown(r.Text, min(most, left)))
	if room := min(most-size(e.Description), left) - 2; len(r.Items) > 0 && room > 2 {
		commands := s.commands
		if r.Kind != bot.KindHelp {
			commands = nil
		}
		list := items(r.Items, room, commands)
		if e.Description != "" {
			list = "\n\n" + list
		}
		e.Description += take(list)
	}
	e.Description += about
	for _, f := range r.Fields {
		if len(e.Fields) == maxFields || left < 2*len(nothing) {
			break
		}
		name := take(cmp.Or(shown(f.Name, min(maxFieldName, left/2)), nothing))
		value := take(cmp.Or(shown(f.Value, min(maxFieldValue, left)), nothing))
		e.Fields = append(e.Fields, &discordgo.MessageEmbedField{Name: name, Value: value, Inline: true})
	}
	p := payload{Embeds: []*discordgo.MessageEmbed{e}, Components: buttons(r, s, w.follow), AllowedMentions: mute()}
	if e.Title == "" && e.Description == "" && len(e.Fields) == 0 {
		e.Description = "…"
	}
	return p
}

// items writes a list, a line each, as far as it fits.
func items(list []bot.Item, room int, commands map[string]string) string {
	var b strings.Builder
	for _, it := range list {
		line := shown(it.Text, maxFieldValue)
		if it.Label != "" {
			line = "**" + label(it.Label, commands) + "** " + line
		}
		if b.Len() > 0 {
			line = "\n" + line
		}
		if room -= size(line); room < 2 {
			b.WriteString("\n…")
			break
		}
		b.WriteString(line)
	}
	return b.String()
}

// label is an item's, in which a command's name can be tapped on.
func label(s string, commands map[string]string) string {
	if name, rest, _ := strings.Cut(s, " "); strings.HasPrefix(name, "/") {
		if id := commands[name[1:]]; id != "" {
			return "<" + name + ":" + id + "> " + shown(rest, maxFieldName)
		}
	}
	return shown(s, maxFieldName)
}

// footer is the source line. Discord shows it as it is.
func footer(r bot.Reply, w words) string {
	var parts []string
	if r.Source != "" {
		parts = append(parts, r.Source)
	}
	if r.AsOf != "" {
		parts = append(parts, fmt.Sprintf(w.asOf, w.dayOf(r.AsOf)))
	}
	if r.Pages > 1 {
		parts = append(parts, fmt.Sprintf(w.page, r.Page, r.Pages))
	}
	return strings.Join(parts, " · ")
}

// plain is the reply as text alone, for channels in which the bot may not show embeds.
func plain(p payload) payload {
	var b strings.Builder
	for _, e := range p.Embeds {
		if e.Title != "" {
			b.WriteString("**" + e.Title + "**\n")
		}
		b.WriteString(e.Description)
		for _, f := range e.Fields {
			b.WriteString("\n\n**" + f.Name + "**\n" + f.Value)
		}
		if e.Footer != nil {
			b.WriteString("\n-# " + escape(e.Footer.Text))
		}
	}
	p.Content = cutMarkup(b.String(), maxContent)
	p.Embeds = []*discordgo.MessageEmbed{}
	return p
}

// cutMarkup shortens a text that holds markup, at the end of a line so that no markup is left open.
func cutMarkup(s string, n int) string {
	if size(s) <= n {
		return s
	}
	lines := strings.Split(s, "\n")
	for len(lines) > 1 {
		lines = lines[:len(lines)-1]
		if t := strings.Join(lines, "\n") + "\n…"; size(t) <= n {
			return t
		}
	}
	return shorten(strings.ReplaceAll(s, "**", ""), n)
}

// buttons lays the choices out: each on a line of its own while there are few, since they are whole questions, and below them
// what is about the message itself.
func buttons(r bot.Reply, s setting, follow string) []row {
	used := make(map[string]bool) // Discord refuses the same custom_id twice
	add := func(list []button, kind pressKind, style discordgo.ButtonStyle, c bot.Choice) []button {
		id := press{kind, s.owner, c.Action}.id()
		label := shorten(strings.ToValidUTF8(c.Label, ""), maxLabel)
		if len(id) > maxCustomID || used[id] || label == "" {
			return list
		}
		used[id] = true
		return append(list, button{discordgo.ButtonComponent, style, label, id})
	}
	var choices, below []button
	for i, c := range r.Choices {
		switch {
		case r.Kind != bot.KindClarify:
			choices = add(choices, pressRelated, discordgo.SecondaryButton, c)
		case i == 0:
			choices = add(choices, pressMeant, discordgo.PrimaryButton, c)
		default:
			choices = add(choices, pressMeant, discordgo.SecondaryButton, c)
		}
	}
	for _, c := range r.More[:min(len(r.More), 2)] {
		below = add(below, pressTurn, discordgo.SecondaryButton, c)
	}
	if r.Rate && r.Entry != "" {
		below = add(below, pressRate, discordgo.SecondaryButton, bot.Choice{Label: "👍", Action: "up:" + r.Entry})
		below = add(below, pressRate, discordgo.SecondaryButton, bot.Choice{Label: "👎", Action: "down:" + r.Entry})
	}
	if s.follow && r.Kind != bot.KindHelp && r.Kind != bot.KindNotice {
		below = add(below, pressFollow, discordgo.SecondaryButton, bot.Choice{Label: follow, Action: r.Entry})
	}
	rows := []row{}
	perRow := 1
	if len(choices) >= maxRows {
		perRow = maxInRow
	}
	for list := range slices.Chunk(choices, perRow) {
		if len(rows) < maxRows-1 {
			rows = append(rows, row{discordgo.ActionsRowComponent, list})
		}
	}
	if len(below) > 0 {
		rows = append(rows, row{discordgo.ActionsRowComponent, below})
	}
	return rows
}
