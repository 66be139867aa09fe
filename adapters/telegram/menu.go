package telegram

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"summitbot/bot"
)

// What people see of the bot before they ask: its menu of commands, by language and kind of chat, and its descriptions.

// Limits of https://core.telegram.org/bots/api#botcommand, #setmydescription and #setmyshortdescription.
const (
	maxCommands           = 100
	maxCommandDescription = 256
	maxDescription        = 512
	maxShortDescription   = 120
)

var commandName = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)

// A menu is what people of one language see in one kind of chat.
type menu struct {
	scope    string // empty is everywhere else
	language string // empty is all others
	commands []tgbotapi.BotCommand
}

func (m menu) params() tgbotapi.Params {
	p := tgbotapi.Params{}
	if m.scope != "" {
		p.AddInterface("scope", tgbotapi.BotCommandScope{Type: m.scope})
	}
	p.AddNonEmpty("language_code", m.language)
	return p
}

// menus makes all menus from the one table of commands. In groups the commands about the bot itself are left out, but for help.
func menus(commands []bot.Command) []menu {
	languages := map[string]bool{"": true}
	for _, c := range commands {
		for l := range c.Local {
			if len(l) == 2 { // Telegram knows no other languages
				languages[l] = true
			}
		}
	}
	var out []menu
	for _, scope := range []string{"", "all_group_chats"} {
		for _, language := range slices.Sorted(maps.Keys(languages)) {
			m := menu{scope: scope, language: language, commands: []tgbotapi.BotCommand{}}
			for _, c := range commands {
				description := c.Description
				if t, ok := c.Local[language]; ok && t.Description != "" {
					description = t.Description
				}
				if !commandName.MatchString(c.Name) || description == "" || len(m.commands) == maxCommands || scope != "" && c.Private && c.Name != "help" {
					continue
				}
				m.commands = append(m.commands, tgbotapi.BotCommand{Command: c.Name, Description: shorten(description, maxCommandDescription)})
			}
			out = append(out, m)
		}
	}
	return out
}

// A profile is what an empty chat and the bot's profile say to people of one language.
type profile struct{ language, long, short string }

// profiles are taken from what the core says about itself, if it does. That is in English; other languages have what the
// table of commands says of asking before it.
func profiles(ctx context.Context, core Core) []profile {
	var ask, about *bot.Command
	for _, c := range core.Commands() {
		switch c.Name {
		case "ask":
			ask = &c
		case "about":
			about = &c
		}
	}
	if about == nil {
		return nil
	}
	// Nobody asks this, so that it names no platform and is not counted.
	r := core.Reply(ctx, bot.Message{Command: about.Name, Private: true})
	if r.Kind != bot.KindHelp || r.Text == "" {
		return nil
	}
	first, _, _ := strings.Cut(r.Text, ". ")
	if topic, _, ok := strings.Cut(first, ": "); ok && utf16len(first) >= maxShortDescription {
		first = topic
	}
	clipped := func(text string) string {
		var s styled
		s.add(text, "")
		return s.first(maxDescription).Text
	}
	out := []profile{{"", clipped(r.Text), shorten(strings.TrimSuffix(first, ".")+".", maxShortDescription)}}
	if ask == nil {
		return out
	}
	for _, language := range slices.Sorted(maps.Keys(ask.Local)) {
		if how := ask.Local[language].Description; len(language) == 2 && how != "" {
			out = append(out, profile{language, clipped(how + ".\n\n" + r.Text), shorten(how+".", maxShortDescription)})
		}
	}
	return out
}

// introduce brings menus and descriptions up to date, where they are not.
func (a *Adapter) introduce(ctx context.Context) {
	set := 0
	for _, m := range menus(a.core.Commands()) {
		same, err := a.api.sameMenu(ctx, m)
		if err == nil && !same {
			p := m.params()
			p.AddInterface("commands", m.commands)
			err = a.api.call(ctx, "setMyCommands", p, nil)
			set++
		}
		if err != nil {
			a.complain(ctx, "a menu of commands could not be set", err)
			return // the others would fail as well
		}
	}
	if set > 0 {
		a.log.Info("the menus of commands were brought up to date", "menus", set)
	}
	var all []profile
	a.guard(ctx, func() { all = profiles(ctx, a.core) })
	for _, p := range all {
		for _, text := range []struct{ get, set, field, want string }{
			{"getMyDescription", "setMyDescription", "description", p.long},
			{"getMyShortDescription", "setMyShortDescription", "short_description", p.short},
		} {
			params := tgbotapi.Params{}
			params.AddNonEmpty("language_code", p.language)
			var now map[string]string
			err := a.api.call(ctx, text.get, params, &now)
			if err == nil && now[text.field] != text.want {
				params[text.field] = text.want
				err = a.api.call(ctx, text.set, params, nil)
			}
			if err != nil {
				a.complain(ctx, "a description could not be set", err)
				return
			}
		}
	}
}

// sameMenu says whether people see a menu already.
func (c *client) sameMenu(ctx context.Context, m menu) (bool, error) {
	var now []tgbotapi.BotCommand
	if err := c.call(ctx, "getMyCommands", m.params(), &now); err != nil {
		return false, err
	}
	return slices.Equal(now, m.commands), nil
}
