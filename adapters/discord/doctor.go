package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Level says how much a finding matters.
type Level string

// The levels of findings.
const (
	Fine  Level = "fine"
	Note  Level = "note"  // the bot works, but people may miss something
	Fault Level = "fault" // the bot does not work, or not where it is meant to
)

// A Finding is what one check of the doctor found.
type Finding struct {
	Check  string // a word: config, token, events, intent, install, gateway, commands, server, channel, clock
	Level  Level
	Text   string // what is found
	Advice string // how to mend it, with the path through Discord's menus; empty where it is fine
}

// Doctor checks how the bot is set up at Discord, and changes nothing there.
func Doctor(ctx context.Context, config Config, core Core) []Finding {
	config, err := config.normal()
	if err != nil {
		return []Finding{{"config", Fault, err.Error(), "Correct the configuration first."}}
	}
	api, err := newAPI(config.APIURL, config.Token, realTimes().retry, slog.New(slog.DiscardHandler))
	if err != nil {
		return []Finding{{"config", Fault, err.Error(), ""}}
	}
	d := &doctor{ctx: ctx, config: config, api: api}
	if !d.token() {
		return d.found
	}
	d.application()
	d.gateway()
	d.commands(core)
	if config.Guild != "" {
		d.server(config.Guild)
	}
	for _, id := range config.Channels {
		d.channel(id)
	}
	d.clock()
	return d.found
}

type doctor struct {
	ctx    context.Context
	config Config
	api    *api
	me     user
	app    string
	dates  []time.Duration // by how much Discord's clock was ahead
	found  []Finding
}

func (d *doctor) find(check string, level Level, text, advice string) {
	d.found = append(d.found, Finding{check, level, text, advice})
}

// get asks Discord.
func (d *doctor) get(path, name string, out any) error {
	ctx, cancel := context.WithTimeout(d.ctx, 20*time.Second)
	defer cancel()
	var x exchange
	began := time.Now()
	err := d.api.do(ctx, call{method: http.MethodGet, path: path, name: name, bucket: path, exchange: &x}, out)
	if at, e := http.ParseTime(x.header.Get("Date")); e == nil {
		// The header has whole seconds.
		d.dates = append(d.dates, at.Add(time.Second/2).Sub(began.Add(time.Since(began)/2)))
	}
	return err
}

func (d *doctor) failed(check string, err error) {
	d.find(check, Fault, "Discord does not answer as it should: "+err.Error(), "See whether this machine reaches "+d.config.APIURL+", and whether a proxy is in between.")
}

// inPortal is the beginning of nearly all advice.
const inPortal = "Open " + portal + ", choose the application, then "

func (d *doctor) token() bool {
	err := d.get("/users/@me", "asking for the bot's user", &d.me)
	var r *refusal
	switch {
	case errors.As(err, &r) && r.status == http.StatusUnauthorized:
		d.find("token", Fault, "Discord refuses the token.", inPortal+"Bot > Token > Reset Token, and set DISCORD_TOKEN to the new token.")
	case err != nil:
		d.failed("token", err)
	case !d.me.Bot:
		d.find("token", Fault, "the token is a person's, not a bot's.", inPortal+"Bot > Token > Reset Token, and set DISCORD_TOKEN to that token.")
		return false
	default:
		d.find("token", Fine, "the token is "+d.me.Username+"'s.", "")
	}
	return err == nil
}

// What an application's flags say of the message-content intent: switched on for a large bot, and for a small one.
const (
	flagContent        = 1 << 18
	flagContentLimited = 1 << 19
)

type installs struct {
	Params *struct {
		Scopes      []string `json:"scopes"`
		Permissions string   `json:"permissions"`
	} `json:"oauth2_install_params"`
}

func (d *doctor) application() {
	var app struct {
		ID          string              `json:"id"`
		Flags       int                 `json:"flags"`
		Endpoint    string              `json:"interactions_endpoint_url"`
		Public      bool                `json:"bot_public"`
		CodeGrant   bool                `json:"bot_require_code_grant"`
		Installable map[string]installs `json:"integration_types_config"`
	}
	if err := d.get("/applications/@me", "asking for the application", &app); err != nil {
		d.failed("install", err)
		return
	}
	d.app = app.ID
	if app.Endpoint != "" {
		d.find("events", Fault, "Discord sends commands and presses to a web address instead of to the bot.",
			inPortal+"General Information > Interactions Endpoint URL, empty it, and press Save Changes.")
	} else {
		d.find("events", Fine, "commands and presses come to the bot.", "")
	}
	allowed := app.Flags&(flagContent|flagContentLimited) != 0
	switch {
	case d.config.MessageContent && !allowed:
		d.find("intent", Fault, "the configuration asks for message content, which the application may not have.",
			inPortal+"Bot > Privileged Gateway Intents > Message Content Intent, switch it on, and press Save Changes; or switch message content off in the configuration.")
	case d.config.MessageContent:
		d.find("intent", Fine, "message content is switched on.", "")
	case allowed:
		d.find("intent", Note, "message content is switched on at Discord and not asked for by the configuration.",
			"It can be switched off: "+strings.ToLower(inPortal[:1])+inPortal[1:]+"Bot > Privileged Gateway Intents > Message Content Intent.")
	default:
		d.find("intent", Fine, "no privileged intent is asked for.", "")
	}
	if app.CodeGrant {
		d.find("install", Fault, "the bot cannot be added to servers, since Discord wants a code grant for it.",
			inPortal+"Bot > Requires OAuth2 Code Grant, switch it off, and press Save Changes.")
	}
	if !app.Public {
		d.find("install", Note, "only the application's owner can add the bot to servers.", "To let others add it: "+strings.ToLower(inPortal[:1])+inPortal[1:]+"Bot > Public Bot.")
	}
	d.installable("servers", "Guild Install", app.Installable["0"], hasKey(app.Installable, "0"), []string{"bot", "applications.commands"})
	d.installable("people", "User Install", app.Installable["1"], hasKey(app.Installable, "1"), []string{"applications.commands"})
}

func hasKey(m map[string]installs, k string) bool { _, ok := m[k]; return ok }

// installable says whether the bot can be installed to servers, or to people.
func (d *doctor) installable(to, menu string, got installs, has bool, scopes []string) {
	if !has {
		d.find("install", Note, "the bot cannot be installed to "+to+".", inPortal+"Installation > Installation Contexts > "+menu+", and press Save Changes.")
		return
	}
	if got.Params == nil {
		d.find("install", Note, "the install link to "+to+" has no default settings.", inPortal+"Installation > Default Install Settings > "+menu+
			" > Scopes, choose "+strings.Join(scopes, " and ")+", and press Save Changes.")
		return
	}
	var missing []string
	for _, s := range scopes {
		if !slices.Contains(got.Params.Scopes, s) {
			missing = append(missing, s)
		}
	}
	if len(missing) > 0 {
		d.find("install", Note, "the install link to "+to+" lacks the scope "+strings.Join(missing, " and ")+".",
			inPortal+"Installation > Default Install Settings > "+menu+" > Scopes, add it, and press Save Changes.")
		return
	}
	d.find("install", Fine, "the bot can be installed to "+to+".", "")
	if to == "servers" {
		have, _ := strconv.ParseUint(got.Params.Permissions, 10, 64)
		if lack := missingRights(have); len(lack) > 0 {
			d.find("install", Note, "servers that add the bot by its install link do not give it: "+strings.Join(lack, ", ")+".",
				inPortal+"Installation > Default Install Settings > Guild Install > Permissions, add them, and press Save Changes.")
		}
	}
}

// The rights that the bot needs in a channel, by their names in Discord's menus.
var rights = []struct {
	bit  uint64
	name string
}{
	{1 << 10, "View Channels"}, {1 << 11, "Send Messages"}, {1 << 14, "Embed Links"}, {1 << 16, "Read Message History"}, {1 << 38, "Send Messages in Threads"},
}

const (
	rightAdministrator = 1 << 3
	rightsAll          = ^uint64(0)
)

func missingRights(have uint64) (names []string) {
	if have&rightAdministrator != 0 {
		return nil
	}
	for _, r := range rights {
		if have&r.bit == 0 {
			names = append(names, r.name)
		}
	}
	return names
}

func (d *doctor) gateway() {
	var info gatewayInfo
	if err := d.get("/gateway/bot", "asking for the gateway", &info); err != nil {
		d.failed("gateway", err)
		return
	}
	switch l := info.Limit; {
	case l.Total > 0 && l.Remaining < 100:
		d.find("gateway", Note, fmt.Sprintf("%d of %d logins are left for today.", l.Remaining, l.Total),
			"Something has been restarting the bot, or another program uses its token. The bot waits with further logins until "+
				time.Now().Add(time.Duration(l.ResetAfter)*time.Millisecond).UTC().Format(time.RFC3339)+".")
	default:
		d.find("gateway", Fine, fmt.Sprintf("the gateway answers; %d of %d logins are left for today.", l.Remaining, l.Total), "")
	}
	if d.config.Shards > 0 && d.config.Shards < info.Shards {
		d.find("gateway", Note, fmt.Sprintf("%d shards are configured, and Discord recommends %d.", d.config.Shards, info.Shards), "Leave the shards out of the configuration, or raise their total.")
	}
}

func (d *doctor) commands(core Core) {
	if d.app == "" {
		return
	}
	path, where := "/applications/"+d.app+"/commands", "everywhere"
	if d.config.Guild != "" {
		path, where = "/applications/"+d.app+"/guilds/"+d.config.Guild+"/commands", "in the server "+d.config.Guild
	}
	var have []registered
	switch err := d.get(path+"?with_localizations=true", "reading the commands", &have); {
	case refused(err, codeMissingAccess):
		d.find("commands", Fault, "the bot may not register commands in the server "+d.config.Guild+".", "Invite it there with the scope applications.commands.")
	case err != nil:
		d.failed("commands", err)
	case !same(wanted(core.Commands(), d.config.Guild == ""), have):
		d.find("commands", Note, "the commands registered "+where+" are not those of this release.", "The bot brings them up to date when it starts. Discord's apps may need a restart to show them.")
	default:
		d.find("commands", Fine, "the commands are up to date "+where+".", "")
	}
	if d.config.Guild != "" {
		var all []registered
		if d.get("/applications/"+d.app+"/commands", "reading the commands", &all) == nil && len(all) > 0 {
			d.find("commands", Note, "commands are registered everywhere as well, so that the server "+d.config.Guild+" shows each twice.",
				"Leave the server out of the configuration once you are done trying out.")
		}
	}
}

func (d *doctor) server(id string) {
	var guild struct {
		Name string `json:"name"`
	}
	switch err := d.get("/guilds/"+id, "asking for a server", &guild); {
	case notThere(err):
		d.find("server", Fault, "the bot is not in the server "+id+".", inPortal+"Installation > Install Link, open that link, and add the bot to the server.")
	case err != nil:
		d.failed("server", err)
	default:
		d.find("server", Fine, "the bot is in the server "+guild.Name+".", "")
	}
}

func notThere(err error) bool {
	var r *refusal
	return errors.As(err, &r) && (r.status == http.StatusNotFound || r.status == http.StatusForbidden)
}

type overwrite struct {
	ID    string `json:"id"` // of a role or a member
	Allow string `json:"allow"`
	Deny  string `json:"deny"`
}

func (d *doctor) channel(id string) {
	var c struct {
		Name       string      `json:"name"`
		GuildID    string      `json:"guild_id"`
		Overwrites []overwrite `json:"permission_overwrites"`
	}
	switch err := d.get("/channels/"+id, "asking for a channel", &c); {
	case notThere(err):
		d.find("channel", Fault, "the bot cannot see the channel "+id+".",
			"If it is not in that server, add it. If it is: right-click the channel > Edit Channel > Permissions > Add members or roles, choose the bot, and allow View Channel.")
		return
	case err != nil:
		d.failed("channel", err)
		return
	case c.GuildID == "":
		d.find("channel", Note, "the channel "+id+" is a private one, in which every question is answered anyway.", "Leave it out of the configuration.")
		return
	}
	have, err := d.rightsIn(c.GuildID, c.Overwrites)
	if err != nil {
		d.failed("channel", err)
		return
	}
	if lack := missingRights(have); len(lack) > 0 {
		d.find("channel", Fault, "in #"+c.Name+" the bot lacks: "+strings.Join(lack, ", ")+".",
			"Right-click the channel > Edit Channel > Permissions > Advanced permissions, choose the bot or its role, and allow them.")
		return
	}
	d.find("channel", Fine, "the bot may answer in #"+c.Name+".", "")
}

// rightsIn works out what the bot may do in a channel.
// https://discord.com/developers/docs/topics/permissions#permission-overwrites
func (d *doctor) rightsIn(guild string, overwrites []overwrite) (uint64, error) {
	var roles []struct {
		ID          string `json:"id"`
		Permissions string `json:"permissions"`
	}
	var me struct {
		Roles []string `json:"roles"`
	}
	if err := d.get("/guilds/"+guild+"/roles", "asking for a server's roles", &roles); err != nil {
		return 0, err
	}
	if err := d.get("/guilds/"+guild+"/members/"+d.me.ID, "asking for the bot's roles", &me); err != nil {
		return 0, err
	}
	var have uint64
	for _, r := range roles {
		if r.ID == guild || slices.Contains(me.Roles, r.ID) { // the role of the server's id is everyone's
			have |= bits(r.Permissions)
		}
	}
	if have&rightAdministrator != 0 {
		return rightsAll, nil
	}
	apply := func(applies func(id string) bool) {
		var allow, deny uint64
		for _, o := range overwrites {
			if applies(o.ID) {
				allow, deny = allow|bits(o.Allow), deny|bits(o.Deny)
			}
		}
		have = have&^deny | allow
	}
	apply(func(id string) bool { return id == guild })
	apply(func(id string) bool { return slices.Contains(me.Roles, id) })
	apply(func(id string) bool { return id == d.me.ID })
	return have, nil
}

func bits(s string) uint64 {
	n, _ := strconv.ParseUint(s, 10, 64)
	return n
}

func (d *doctor) clock() {
	if len(d.dates) == 0 {
		return
	}
	slices.Sort(d.dates)
	ahead := d.dates[len(d.dates)/2]
	if ahead.Abs() > 5*time.Second {
		word := "behind"
		if ahead < 0 {
			word = "ahead of"
		}
		d.find("clock", Note, fmt.Sprintf("this machine's clock is %v %s Discord's.", ahead.Abs().Round(time.Second), word),
			"Switch on time synchronisation, for example with timedatectl set-ntp true.")
		return
	}
	d.find("clock", Fine, "this machine's clock agrees with Discord's.", "")
}
