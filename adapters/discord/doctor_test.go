package discord

import (
	"strings"
	"testing"

	"summitbot/adapters/discord/discordtest"
)

func TestDoctor(t *testing.T) {
	listed := func(c *Config) { c.MessageContent, c.Channels = true, []string{discordtest.Channel} }
	overwrites := func(list ...any) func(*discordtest.Server) {
		return func(s *discordtest.Server) {
			s.SetApplication(map[string]any{"flags": 1 << 19})
			s.Set("/channels/"+discordtest.Channel, map[string]any{"id": discordtest.Channel, "name": "summit", "guild_id": discordtest.GuildID, "permission_overwrites": list})
		}
	}
	application := func(k string, v any) func(*discordtest.Server) {
		return func(s *discordtest.Server) { s.SetApplication(map[string]any{k: v}) }
	}
	tests := []struct {
		name   string
		config func(*Config)
		server func(*discordtest.Server)
		check  string
		level  Level
		text   string
		advice string
	}{
		{"not configured", func(c *Config) { c.Token = "" }, nil, "config", Fault, "token is empty", "configuration"},
		{"bad token", func(c *Config) { c.Token = "wrong" }, nil, "token", Fault, "refuses the token", "Bot > Token > Reset Token"},
		{"Discord down", nil, func(s *discordtest.Server) { s.Break(discordtest.Fault{Match: ".", Status: 503, Times: 100}) }, "token", Fault, "503", "reaches"},
		{"web address for interactions", nil, application("interactions_endpoint_url", "https://example.org"), "events", Fault, "web address", "General Information > Interactions Endpoint URL"},
		{"intent missing", listed, nil, "intent", Fault, "message content", "Bot > Privileged Gateway Intents > Message Content Intent"},
		{"intent to spare", nil, application("flags", 1<<18), "intent", Note, "not asked for", "switched off"},
		{"code grant", nil, application("bot_require_code_grant", true), "install", Fault, "code grant", "Requires OAuth2 Code Grant"},
		{"private bot", nil, application("bot_public", false), "install", Note, "only the application's owner", "Public Bot"},
		{"no user install", nil, application("integration_types_config", map[string]any{"0": map[string]any{}}), "install", Note, "installed to people", "Installation > Installation Contexts > User Install"},
		{"no install settings", nil, application("integration_types_config", map[string]any{"0": map[string]any{}}), "install", Note, "no default settings", "Default Install Settings > Guild Install > Scopes, choose bot and applications.commands"},
		{"scope missing", nil, application("integration_types_config", map[string]any{"0": map[string]any{"oauth2_install_params": map[string]any{"scopes": []string{"bot"}}}}), "install", Note, "lacks the scope applications.commands", "Scopes, add it"},
		{"permissions missing", nil, application("integration_types_config", map[string]any{"0": map[string]any{"oauth2_install_params": map[string]any{
			"scopes": []string{"bot", "applications.commands"}, "permissions": "2048"}}}), "install", Note, "View Channels, Embed Links", "Guild Install > Permissions"},
		{"commands out of date", nil, nil, "commands", Note, "not those of this release", "when it starts"},
		{"another server's commands", func(c *Config) { c.Guild = "5" }, nil, "server", Fault, "not in the server", "Install Link"},
		{"server", func(c *Config) { c.Guild = discordtest.GuildID }, nil, "server", Fine, "Readers", ""},
		{"channel", listed, overwrites(), "channel", Fine, "#summit", ""},
		{"channel unseen", func(c *Config) { listed(c); c.Channels = []string{"5"} }, nil, "channel", Fault, "cannot see", "View Channel"},
		{"channel private", func(c *Config) { listed(c); c.Channels = []string{discordtest.DM} }, nil, "channel", Note, "private one", "Leave it out"},
		{"channel denied to everyone", listed, overwrites(map[string]any{"id": discordtest.GuildID, "allow": "0", "deny": "18432"}), "channel", Fault, "#summit the bot lacks: Send Messages, Embed Links", "Advanced permissions"},
		{"channel denied to everyone, allowed to the bot", listed, overwrites(map[string]any{"id": discordtest.GuildID, "allow": "0", "deny": "18432"},
			map[string]any{"id": discordtest.BotID, "allow": "18432", "deny": "0"}), "channel", Fine, "#summit", ""},
		{"administrator", listed, func(s *discordtest.Server) {
			overwrites(map[string]any{"id": "5", "allow": "0", "deny": "18432"})(s)
			s.Set("/guilds/"+discordtest.GuildID+"/roles", []any{map[string]any{"id": "5", "permissions": "8"}})
		}, "channel", Fine, "#summit", ""},
		{"clock", nil, nil, "clock", Fine, "agrees", ""},
		{"clock wrong", nil, func(s *discordtest.Server) { s.SetClock("Mon, 02 Jan 2006 15:04:05 GMT") }, "clock", Note, "ahead of Discord's", "timedatectl"},
		{"few logins left", nil, nil, "gateway", Note, "7 of 1000", "another program uses its token"},
		{"few shards", func(c *Config) { c.Shards = 1 }, nil, "gateway", Note, "recommends 2", "raise their total"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			set := discordtest.Settings{Shards: 2}
			if test.name == "few logins left" {
				set.Identifies = 7
			}
			s := discordtest.New(t, set)
			config := Config{Token: discordtest.Token, APIURL: s.URL()}
			if test.config != nil {
				test.config(&config)
			}
			if test.server != nil {
				test.server(s)
			}
			var seen []string
			for _, f := range Doctor(t.Context(), config, &core{}) {
				if (f.Level == Fine) != (f.Advice == "") || strings.Contains(f.Text+f.Advice, discordtest.Token) {
					t.Errorf("%+v", f)
				}
				if f.Check == test.check && f.Level == test.level && strings.Contains(f.Text, test.text) && strings.Contains(f.Advice, test.advice) {
					return
				}
				seen = append(seen, string(f.Level)+" "+f.Check+": "+f.Text+" "+f.Advice)
			}
			t.Errorf("not found; instead\n%s", strings.Join(seen, "\n"))
		})
	}
}

func TestDoctorChangesNothing(t *testing.T) {
	s := discordtest.New(t, discordtest.Settings{})
	Doctor(t.Context(), Config{Token: discordtest.Token, APIURL: s.URL(), Guild: discordtest.GuildID}, &core{})
	if calls := s.Calls("^(POST|PUT|PATCH|DELETE)"); len(calls) > 0 {
		t.Errorf("%+v", calls)
	}
	if s.Connects() > 0 {
		t.Error("connected to the gateway")
	}
}
