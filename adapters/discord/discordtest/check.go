package discordtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
)

// strict decodes JSON and refuses what the type does not know.
func strict(body []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if d.More() {
		return fmt.Errorf("more than one value")
	}
	return nil
}

// What a message is for decides what may be in it.
type use int

const (
	create  use = iota // a message to a channel
	respond            // the response to an interaction
	edit
)

// units counts as Discord's strictest clients do.
func units(s string) int { return len(utf16.Encode([]rune(s))) }

// checkMessage returns all for which Discord would refuse a message, and what a bot must not send.
// https://discord.com/developers/docs/resources/message
func checkMessage(body []byte, u use, into *Body) (errs []string) {
	bad := func(format string, args ...any) { errs = append(errs, fmt.Sprintf(format, args...)) }
	if err := strict(body, into); err != nil {
		return []string{err.Error()}
	}
	b := into
	if u != edit && b.Content == "" && len(b.Embeds) == 0 {
		return []string{"50006: Cannot send an empty message"}
	}
	if n := units(b.Content); n > 2000 {
		bad("content: %d of 2000", n)
	}
	if m := b.Mentions; m == nil || m.Parse == nil || len(*m.Parse) > 0 || len(m.Users) > 0 || len(m.Roles) > 0 || m.Replied {
		bad("allowed_mentions: not present and empty")
	}
	if u == create {
		if b.Nonce != "" && (len(b.Nonce) > 25 || !b.Enforce) {
			bad("nonce: longer than 25 or not enforced")
		}
		if b.Flags&64 != 0 {
			bad("flags: only an interaction's response can be ephemeral")
		}
	} else if b.Nonce != "" || b.Enforce || b.Reference != nil {
		bad("nonce, message_reference: only for new messages")
	}
	if b.Flags&^(1<<2|1<<6|1<<12|1<<15) != 0 {
		bad("flags: %d", b.Flags)
	}
	errs = append(errs, checkEmbeds(b.Embeds)...)
	errs = append(errs, checkRows(b.Components)...)
	return errs
}

func checkEmbeds(embeds []Embed) (errs []string) {
	bad := func(format string, args ...any) { errs = append(errs, fmt.Sprintf(format, args...)) }
	if len(embeds) > 10 {
		bad("embeds: %d of 10", len(embeds))
	}
	total := 0
	limit := func(name, s string, most int, needed bool) {
		n := units(s)
		total += n
		if n > most {
			bad("embeds.%s: %d of %d", name, n, most)
		}
		if needed && n == 0 {
			bad("embeds.%s: empty", name)
		}
	}
	for _, e := range embeds {
		limit("title", e.Title, 256, false)
		limit("description", e.Description, 4096, false)
		limit("footer.text", e.Footer.Text, 2048, false)
		if len(e.Fields) > 25 {
			bad("embeds.fields: %d of 25", len(e.Fields))
		}
		for _, f := range e.Fields {
			limit("fields.name", f.Name, 256, true)
			limit("fields.value", f.Value, 1024, true)
		}
		if e.Title == "" && e.Description == "" && len(e.Fields) == 0 {
			bad("embeds: empty")
		}
		if e.Color < 0 || e.Color > 0xffffff {
			bad("embeds.color: %d", e.Color)
		}
	}
	if total > 6000 {
		bad("embeds: %d of 6000 characters", total)
	}
	return errs
}

func checkRows(rows []Component) (errs []string) {
	bad := func(format string, args ...any) { errs = append(errs, fmt.Sprintf(format, args...)) }
	if len(rows) > 5 {
		bad("components: %d of 5", len(rows))
	}
	ids := map[string]bool{}
	for _, row := range rows {
		if row.Type != 1 || len(row.Components) == 0 || len(row.Components) > 5 {
			bad("components: a row of type %d with %d buttons", row.Type, len(row.Components))
		}
		for _, c := range row.Components {
			switch {
			case c.Type != 2:
				bad("components: type %d in a row", c.Type)
			case c.Style < 1 || c.Style > 4:
				bad("components: style %d", c.Style)
			case c.CustomID == "" || units(c.CustomID) > 100:
				bad("components.custom_id: %d of 100", units(c.CustomID))
			case ids[c.CustomID]:
				bad("components.custom_id: twice %q", c.CustomID)
			case units(c.Label) > 80:
				bad("components.label: %d of 80", units(c.Label))
			case c.Label == "" && c.Emoji == nil:
				bad("components.label: empty")
			}
			ids[c.CustomID] = true
		}
	}
	return errs
}

func checkChoices(body []byte, into *[]Choice) (errs []string) {
	var b struct {
		Choices *[]Choice `json:"choices"`
		// What libraries always send.
		TTS, Content, Components, Embeds any
	}
	if err := strict(body, &b); err != nil {
		return []string{err.Error()}
	}
	if b.Choices == nil {
		return []string{"choices: required"}
	}
	*into = *b.Choices
	if n := len(*into); n > 25 {
		errs = append(errs, fmt.Sprintf("choices: %d of 25", n))
	}
	for _, c := range *into {
		if units(c.Name) < 1 || units(c.Name) > 100 || units(c.Value) < 1 || units(c.Value) > 100 {
			errs = append(errs, fmt.Sprintf("choices: %q with %q: 1 to 100 characters each", c.Name, c.Value))
		}
	}
	return errs
}

func checkForm(body []byte, into *Form) (errs []string) {
	bad := func(format string, args ...any) { errs = append(errs, fmt.Sprintf(format, args...)) }
	if err := strict(body, into); err != nil {
		return []string{err.Error()}
	}
	if n := units(into.CustomID); n < 1 || n > 100 {
		bad("custom_id: %d of 100", n)
	}
	if n := units(into.Title); n < 1 || n > 45 {
		bad("title: %d of 45", n)
	}
	type input struct {
		Type        int    `json:"type"`
		ID          int    `json:"id"`
		CustomID    string `json:"custom_id"`
		Style       int    `json:"style"`
		Label       string `json:"label"`
		Min         int    `json:"min_length"`
		Max         int    `json:"max_length"`
		Required    *bool  `json:"required"`
		Value       string `json:"value"`
		Placeholder string `json:"placeholder"`
	}
	var rows []struct {
		Type        int     `json:"type"`
		ID          int     `json:"id"`
		Label       string  `json:"label"`
		Description string  `json:"description"`
		Component   *input  `json:"component"`
		Components  []input `json:"components"`
	}
	if err := strict(into.Rows, &rows); err != nil {
		return append(errs, err.Error())
	}
	if len(rows) < 1 || len(rows) > 5 {
		bad("components: %d of 5", len(rows))
	}
	for _, r := range rows {
		var in input
		switch {
		case r.Type == 18 && r.Component != nil:
			in = *r.Component
			if n := units(r.Label); n < 1 || n > 45 {
				bad("label: %d of 45", n)
			}
			if units(r.Description) > 100 || in.Label != "" {
				bad("description longer than 100, or a label within a label")
			}
		case r.Type == 1 && len(r.Components) == 1:
			in = r.Components[0]
			if n := units(in.Label); n < 1 || n > 45 {
				bad("label: %d of 45", n)
			}
		default:
			bad("components: type %d", r.Type)
			continue
		}
		if in.Type != 4 || in.Style < 1 || in.Style > 2 || in.CustomID == "" || in.Max > 4000 || units(in.Placeholder) > 100 {
			bad("text input: %+v", in)
		}
	}
	return errs
}

var commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

// locales are those that Discord has.
var locales = []string{"id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl", "pt-BR", "ro",
	"fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko", "ar", "he"}

func checkCommands(body []byte, guild bool) (errs []string) {
	bad := func(format string, args ...any) { errs = append(errs, fmt.Sprintf(format, args...)) }
	type opt struct {
		Type         int               `json:"type"`
		Name         string            `json:"name"`
		Names        map[string]string `json:"name_localizations"`
		Description  string            `json:"description"`
		Descriptions map[string]string `json:"description_localizations"`
		Required     bool              `json:"required"`
		Autocomplete bool              `json:"autocomplete"`
		MinLength    *int              `json:"min_length"`
		MaxLength    *int              `json:"max_length"`
		Choices      []Choice          `json:"choices"`
	}
	var list []struct {
		Type         int               `json:"type"`
		Name         string            `json:"name"`
		Names        map[string]string `json:"name_localizations"`
		Description  string            `json:"description"`
		Descriptions map[string]string `json:"description_localizations"`
		Options      []opt             `json:"options"`
		Contexts     []int             `json:"contexts"`
		Integrations []int             `json:"integration_types"`
	}
	if err := strict(body, &list); err != nil {
		return []string{err.Error()}
	}
	if len(list) > 115 {
		bad("%d commands", len(list))
	}
	name := func(where, n string, slash bool) {
		if slash && (!commandName.MatchString(n) || n != strings.ToLower(n)) || units(n) > 32 || n == "" {
			bad("%s.name: %q", where, n)
		}
	}
	local := func(where string, m map[string]string, check func(string)) {
		for l, v := range m {
			if !slices.Contains(locales, l) {
				bad("%s: no locale %q", where, l)
			}
			check(v)
		}
	}
	described := func(where, d string) {
		if n := units(d); n < 1 || n > 100 {
			bad("%s.description: %d of 100", where, n)
		}
	}
	seen := map[string]bool{}
	for _, c := range list {
		slash := c.Type == 1 || c.Type == 0
		where := c.Name
		if seen[fmt.Sprint(c.Type, c.Name)] {
			bad("%s: twice", where)
		}
		seen[fmt.Sprint(c.Type, c.Name)] = true
		name(where, c.Name, slash)
		local(where, c.Names, func(n string) { name(where, n, slash) })
		for l, n := range c.Names {
			if k := fmt.Sprint(c.Type, l, n); seen[k] {
				bad("%s: twice in %s", n, l)
			} else {
				seen[k] = true
			}
		}
		total := 0
		if slash {
			described(where, c.Description)
			local(where, c.Descriptions, func(d string) { described(where, d) })
		} else if c.Description != "" || len(c.Descriptions) > 0 || len(c.Options) > 0 {
			bad("%s: a menu command has no description and no options", where)
		}
		total += longest(c.Name, c.Names) + longest(c.Description, c.Descriptions)
		optional := false
		options := map[string]bool{}
		if len(c.Options) > 25 {
			bad("%s.options: %d of 25", where, len(c.Options))
		}
		for _, o := range c.Options {
			w := where + "." + o.Name
			name(w, o.Name, true)
			described(w, o.Description)
			local(w, o.Names, func(n string) { name(w, n, true) })
			local(w, o.Descriptions, func(d string) { described(w, d) })
			if o.Required && optional || options[o.Name] || o.Type != 3 || o.Autocomplete && len(o.Choices) > 0 {
				bad("%s: required after optional, twice, of type %d, or choices with autocomplete", w, o.Type)
			}
			optional = optional || !o.Required
			options[o.Name] = true
			total += longest(o.Name, o.Names) + longest(o.Description, o.Descriptions)
			for _, v := range o.Choices {
				total += units(v.Name) + units(v.Value)
			}
		}
		if total > 8000 {
			bad("%s: %d of 8000", where, total)
		}
		if guild && (c.Contexts != nil || c.Integrations != nil) {
			bad("%s: contexts and integration types are for global commands", where)
		}
	}
	return errs
}

// longest is how much a text counts towards a command's limit: as much as its longest translation.
func longest(s string, local map[string]string) int {
	n := units(s)
	for _, t := range local {
		n = max(n, units(t))
	}
	return n
}

// Check returns all for which Discord would refuse a message to a channel, or the response to an interaction if it could
// only be that.
func Check(body []byte) []string {
	var b Body
	u := respond
	if bytes.Contains(body, []byte(`"nonce"`)) {
		u = create
	}
	return checkMessage(body, u, &b)
}

// CheckCommands returns all for which Discord would refuse a list of commands, for everywhere or for a guild.
func CheckCommands(body []byte, guild bool) []string { return checkCommands(body, guild) }
