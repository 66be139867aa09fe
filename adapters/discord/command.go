package discord

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"summitbot/bot"
)

// A registered is a command as Discord keeps it.
type registered struct {
	ID           string            `json:"id,omitempty"`
	Type         int               `json:"type"`
	Name         string            `json:"name"`
	Names        map[string]string `json:"name_localizations,omitempty"`
	Description  string            `json:"description,omitempty"`
	Descriptions map[string]string `json:"description_localizations,omitempty"`
	Options      []parameter       `json:"options,omitempty"`
	Contexts     []int             `json:"contexts,omitempty"`
	Integrations []int             `json:"integration_types,omitempty"`
}

type parameter struct {
	Type         int               `json:"type"`
	Name         string            `json:"name"`
	Names        map[string]string `json:"name_localizations,omitempty"`
	Description  string            `json:"description"`
	Descriptions map[string]string `json:"description_localizations,omitempty"`
	Required     bool              `json:"required,omitempty"`
	Autocomplete bool              `json:"autocomplete,omitempty"`
	Choices      []value           `json:"choices,omitempty"`
}

type value struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

const optionText = 3

// register brings the commands that Discord shows in step with the core's, and learns their ids. It writes only if they
// differ: a write makes every client load them anew, and Discord counts them.
func (a *Adapter) register(ctx context.Context, app string) error {
	if !isID(app) {
		var own ident
		if err := a.api.do(ctx, call{method: http.MethodGet, path: "/applications/@me", name: "asking for the application", bucket: "application", repeatable: true}, &own); err != nil {
			return err
		}
		app = own.ID
	}
	want := wanted(a.core.Commands(), a.config.Guild == "")
	path := "/applications/" + app + "/commands"
	if a.config.Guild != "" {
		path = "/applications/" + app + "/guilds/" + a.config.Guild + "/commands"
	}
	var have []registered
	err := a.api.do(ctx, call{
		method: http.MethodGet, path: path + "?with_localizations=true", name: "reading the commands", bucket: "read commands", repeatable: true,
	}, &have)
	if err != nil {
		return err
	}
	if !same(want, have) {
		err = a.api.do(ctx, call{
			method: http.MethodPut, path: path, name: "writing the commands", bucket: "write commands", body: want, repeatable: true,
		}, &have)
		if err != nil {
			return err
		}
		a.log.Info("discord commands registered", "count", len(have), "server", cmp.Or(a.config.Guild, "all"))
	}
	ids := make(map[string]string, len(have))
	for _, c := range have {
		if c.Type == commandSlash && isID(c.ID) {
			ids[c.Name] = c.ID
		}
	}
	a.commandIDs.Store(&ids)
	return nil
}

// keepRegistered registers the commands, again after a failure. The bot answers meanwhile.
func (a *Adapter) keepRegistered(ctx context.Context, app string) {
	for wait := 10 * time.Second; ; wait = min(2*wait, 10*time.Minute) {
		err := a.register(ctx, app)
		var r *refusal
		switch {
		case err == nil || ctx.Err() != nil:
			return
		case errors.As(err, &r) && r.status < 500 && r.status != http.StatusTooManyRequests:
			help := ""
			if a.config.Guild != "" && refused(err, codeMissingAccess) {
				help = "invite the bot to that server with the scope applications.commands"
			}
			a.log.Error("discord refuses the commands", "error", err, "help", help)
			return
		}
		a.log.Warn("discord commands could not be registered", "error", err, "wait", wait)
		if !sleep(ctx, wait) {
			return
		}
	}
}

// wanted are the commands to register. Where they can be used is said of global commands alone.
func wanted(commands []bot.Command, global bool) []registered {
	var list []registered
	taken := make(map[string]bool) // localised names, which must differ within a language
	for _, c := range commands {
		r := registered{Type: commandSlash, Name: c.Name, Description: described(c.Description)}
		r.Names, r.Descriptions = localised(c.Local, taken, "")
		for _, o := range c.Options {
			p := parameter{Type: optionText, Name: o.Name, Description: described(o.Description), Required: o.Required}
			p.Names, p.Descriptions = localised(o.Local, taken, c.Name)
			for _, v := range o.Values[:min(len(o.Values), maxChoices)] {
				p.Choices = append(p.Choices, value{shorten(v.Label, maxChoice), v.Action})
			}
			p.Autocomplete = o.Completes && len(p.Choices) == 0
			r.Options = append(r.Options, p)
		}
		// Discord wants the required ones first.
		slices.SortStableFunc(r.Options, func(x, y parameter) int {
			switch {
			case x.Required == y.Required:
				return 0
			case x.Required:
				return -1
			}
			return 1
		})
		list = append(list, r)
	}
	list = append(list, menu())
	if global {
		for i := range list {
			list[i].Contexts = []int{0, 1, 2}  // in servers, with the bot, among people
			list[i].Integrations = []int{0, 1} // installed to a server, or to a user
		}
	}
	return list
}

// menu is the command of a message's context menu.
func menu() registered {
	r := registered{Type: commandMenu, Name: languages[english].menu}
	for lang, w := range languages {
		for _, tag := range tagsOf(lang) {
			if w.menu != r.Name {
				r.Names = put(r.Names, tag, w.menu)
			}
		}
	}
	return r
}

func described(s string) string { return cmp.Or(shorten(s, maxChoice), "…") }

// locales are Discord's for languages that it knows by another tag, or by several.
var locales = map[string][]string{
	"en": {"en-US", "en-GB"}, "es": {"es-ES", "es-419"}, "pt": {"pt-BR"}, "sv": {"sv-SE"}, "zh": {"zh-CN"}, "nb": {"no"},
}

var knownLocales = strings.Fields("id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi th zh-CN ja zh-TW ko")

// tagsOf are Discord's locales for a language.
func tagsOf(lang string) []string {
	if tags := locales[lang]; tags != nil || !slices.Contains(knownLocales, lang) {
		return tags
	}
	return []string{lang}
}

var nameForm = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{M}]{1,32}$`)

func localised(local map[string]bot.Text, taken map[string]bool, of string) (names, descriptions map[string]string) {
	for _, lang := range slices.Sorted(maps.Keys(local)) {
		t := local[lang]
		for _, tag := range tagsOf(lang) {
			key := fmt.Sprintf("%s %s %s", tag, of, t.Name)
			if nameForm.MatchString(t.Name) && t.Name == strings.ToLower(t.Name) && size(t.Name) <= 32 && !taken[key] {
				taken[key] = true
				names = put(names, tag, t.Name)
			}
			if t.Description != "" {
				descriptions = put(descriptions, tag, described(t.Description))
			}
		}
	}
	return names, descriptions
}

func put(m map[string]string, k, v string) map[string]string {
	if m == nil {
		m = make(map[string]string)
	}
	m[k] = v
	return m
}

// same says whether two lists hold the same commands, in whatever order and however Discord writes what is not there.
func same(x, y []registered) bool {
	return reflect.DeepEqual(plainForm(x), plainForm(y))
}

func plainForm(list []registered) []registered {
	list = slices.Clone(list)
	for i := range list {
		c := &list[i]
		c.ID = ""
		c.Names, c.Descriptions = notEmpty(c.Names), notEmpty(c.Descriptions)
		c.Contexts, c.Integrations = sorted(c.Contexts), sorted(c.Integrations)
		c.Options = slices.Clone(c.Options)
		for j := range c.Options {
			o := &c.Options[j]
			o.Names, o.Descriptions = notEmpty(o.Names), notEmpty(o.Descriptions)
			if len(o.Choices) == 0 {
				o.Choices = nil
			}
		}
		if len(c.Options) == 0 {
			c.Options = nil
		}
	}
	slices.SortFunc(list, func(x, y registered) int { return cmp.Or(x.Type-y.Type, strings.Compare(x.Name, y.Name)) })
	return list
}

func notEmpty(m map[string]string) map[string]string {
	if len(m) == 0 {
		return nil
	}
	return m
}

func sorted(list []int) []int {
	if len(list) == 0 {
		return nil
	}
	return slices.Sorted(slices.Values(list))
}
