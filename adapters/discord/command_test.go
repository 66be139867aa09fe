package discord

import (
	"strings"
	"testing"
	"time"

	"summitbot/adapters/discord/discordtest"
	"summitbot/bot"
)

func (r *rig) awaitCommands(t *testing.T) {
	t.Helper()
	r.Until("the commands", 5*time.Second, func() bool { return r.adapter.commandIDs.Load() != nil })
}

func TestRegistersCommands(t *testing.T) {
	r := start(t, discordtest.Settings{}, nil)
	r.awaitCommands(t)
	list := r.Server.Commands("")
	if len(list) != 4 {
		t.Fatalf("%d commands", len(list))
	}
	byName := map[string]map[string]any{}
	for _, c := range list {
		byName[c["name"].(string)] = c
	}
	ask := byName["ask"]
	if got := ask["name_localizations"].(map[string]any)["pt-BR"]; got != "perguntar" {
		t.Errorf("Portuguese name %v", got)
	}
	for _, c := range list {
		if ctx, types := c["contexts"].([]any), c["integration_types"].([]any); len(ctx) != 3 || len(types) != 2 {
			t.Errorf("%v: contexts %v, integration types %v", c["name"], ctx, types)
		}
	}
	options := byName["delegation"]["options"].([]any)
	side, meeting := options[0].(map[string]any), options[1].(map[string]any)
	if side["choices"] == nil || side["autocomplete"] != nil || meeting["choices"] != nil || meeting["autocomplete"] != true {
		t.Errorf("options %v, %v", side, meeting)
	}
	if menu := byName[menu().Name]; menu["type"] != 3.0 {
		t.Errorf("menu %v", menu)
	}
}

// A restart writes nothing when Discord has what the core declares, and writes when anything of it differs.
func TestRegistersOnlyWhatDiffers(t *testing.T) {
	r := start(t, discordtest.Settings{}, nil)
	r.awaitCommands(t)
	restart := func(change func(*core)) int {
		before := len(r.Calls("^PUT "))
		c := &core{}
		a, err := New(Config{Token: discordtest.Token, APIURL: r.URL()}, c, nil)
		if err != nil {
			t.Fatal(err)
		}
		change(c)
		if err := a.register(t.Context(), discordtest.AppID); err != nil {
			t.Fatal(err)
		}
		return len(r.Calls("^PUT ")) - before
	}
	if n := restart(func(*core) {}); n != 0 {
		t.Errorf("the same commands written %d times", n)
	}
	if n := restart(func(c *core) { c.extra = []bot.Command{{Name: "new", Description: "New"}} }); n != 1 {
		t.Errorf("another command written %d times", n)
	}
	if n := restart(func(*core) {}); n != 1 {
		t.Errorf("one command fewer written %d times", n)
	}
}

func TestSameCommands(t *testing.T) {
	base := func() []registered { return wanted((&core{}).Commands(), true) }
	if !same(base(), base()) {
		t.Error("differs from itself")
	}
	for name, change := range map[string]func([]registered){
		"a description":             func(l []registered) { l[0].Description = "other" },
		"a localised description":   func(l []registered) { l[0].Descriptions["pt-BR"] = "outra" },
		"an option's requirement":   func(l []registered) { l[0].Options[0].Required = false },
		"an option's completion":    func(l []registered) { l[0].Options[0].Autocomplete = false },
		"a fixed value":             func(l []registered) { l[1].Options[0].Choices[0].Name = "USA" },
		"the order of options":      func(l []registered) { o := l[1].Options; o[0], o[1] = o[1], o[0] },
		"where it can be used":      func(l []registered) { l[0].Contexts = []int{0} },
		"where it can be installed": func(l []registered) { l[0].Integrations = []int{0} },
	} {
		l := base()
		change(l)
		if same(base(), l) {
			t.Errorf("%s makes no difference", name)
		}
	}
	l := base()
	l[0], l[1] = l[1], l[0]
	l[0].ID, l[0].Contexts = "5", []int{2, 0, 1}
	l[2].Names = map[string]string{}
	if !same(base(), l) {
		t.Error("order, ids or empty maps make a difference")
	}
}

func TestWantedIsWhatDiscordTakes(t *testing.T) {
	long := strings.Repeat("x", 200)
	got := wanted([]bot.Command{{Name: "a", Description: long, Local: map[string]bot.Text{
		"pt": {Name: "Com Espaço", Description: long}, "xx": {Name: "b"}, "es": {Name: "uno"}, "de": {Name: "GROSS"}},
		Options: []bot.Option{{Name: "x", Description: "x"}, {Name: "y", Description: "y", Required: true}}},
		{Name: "b", Local: map[string]bot.Text{"es": {Name: "uno", Description: "otra"}}}}, true)
	if n := got[0].Names; len(n) != 2 || n["es-419"] != "uno" {
		t.Errorf("names %v", n)
	}
	if got[1].Names != nil {
		t.Errorf("the same name twice in Spanish: %v", got[1].Names)
	}
	if got[0].Options[0].Name != "y" || got[0].Description == long || len(got[0].Descriptions["pt-BR"]) > 104 {
		t.Errorf("%+v", got[0])
	}
}

func TestRegistersForOneServer(t *testing.T) {
	r := start(t, discordtest.Settings{}, func(c *Config, _ *times) { c.Guild = discordtest.GuildID })
	r.awaitCommands(t)
	if len(r.Server.Commands(discordtest.GuildID)) != 4 || len(r.Server.Commands("")) != 0 {
		t.Error("registered elsewhere")
	}
}

// The bot answers although its commands cannot be registered.
func TestAnswersWithoutCommands(t *testing.T) {
	r := prepare(t, discordtest.Settings{}, func(c *Config, _ *times) { c.Guild = discordtest.GuildID })
	r.Break(discordtest.Fault{Match: "GET /applications/.*/commands", Status: 403, Body: `{"code":50001,"message":"Missing Access"}`})
	r.run(t)
	r.AwaitConnected(1)
	r.Answer(discordtest.Channel, r.Say(discordtest.Said{Text: discordtest.Mention + " who?"}))
	r.Until("a word on it", time.Second, func() bool { return strings.Contains(r.log.String(), "applications.commands") })
}

func TestConfig(t *testing.T) {
	for _, token := range []string{"abc", "Bot abc", " bot  abc\n"} {
		c, err := Config{Token: token, APIURL: "http://x/api/"}.normal()
		if err != nil || c.Token != "abc" || c.APIURL != "http://x/api" {
			t.Errorf("%q: %+v, %v", token, c, err)
		}
	}
	if c, _ := (Config{Token: "x"}).normal(); c.APIURL != "https://discord.com/api" {
		t.Errorf("API at %q", c.APIURL)
	}
	_, err := New(Config{Token: "s3cret s3cret", APIURL: "ftp://user:s3cret@x", Guild: "my server", Channels: []string{"#general"}, ShardIDs: []int{3}, Shards: -1}, &core{}, nil)
	for _, want := range []string{"token contains characters", "no plain http or https URL", "Copy Server ID", "Copy Channel ID", "message content is off", "negative"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in %v", want, err)
		}
	}
	if err != nil && strings.Contains(err.Error(), "s3cret") {
		t.Errorf("a secret in %v", err)
	}
	if _, err := New(Config{}, &core{}, nil); err == nil {
		t.Error("no token is fine")
	}
}
