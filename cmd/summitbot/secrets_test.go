//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"summitbot/adapters/discord/discordtest"
	"summitbot/adapters/ops"
	"summitbot/adapters/telegram/telegramtest"
	"summitbot/config"
)

// secretFile is a secret in a file that lies as Kubernetes mounts it: behind two symbolic links, one of which is replaced.
type secretFile struct {
	t    *testing.T
	dir  string
	path string
}

func newSecretFile(t *testing.T, text string) *secretFile {
	dir := t.TempDir()
	f := &secretFile{t, dir, filepath.Join(dir, "token")}
	f.write(text)
	if err := os.Symlink(filepath.Join("..data", "token"), f.path); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *secretFile) write(text string) {
	f.t.Helper()
	version, err := os.MkdirTemp(f.dir, "..version")
	if err != nil {
		f.t.Fatal(err)
	}
	next := filepath.Join(f.dir, "..next")
	for _, err := range []error{
		os.WriteFile(filepath.Join(version, "token"), []byte(text), 0o600), os.Symlink(filepath.Base(version), next), os.Rename(next, filepath.Join(f.dir, "..data")),
	} {
		if err != nil {
			f.t.Fatal(err)
		}
	}
}

// A witness notes the tokens that an adapter was run with, and ended with.
type witness struct {
	mu            sync.Mutex
	began, ended  []string
	refuse, dread string // the token that cannot even be tried, and the one that is refused
}

func (w *witness) platform(secret config.Secret) platform {
	return platform{name: "discord", secrets: []config.Secret{secret}, open: func(_ service, secrets []config.Secret) (adapter, error) {
		token := secrets[0].Reveal()
		if token == w.dread {
			return nil, errors.New("that is no token")
		}
		return adapterFunc(func(ctx context.Context) error {
			w.note(&w.began, token)
			if token == w.refuse {
				return fatalError{errors.New("the token is refused")}
			}
			<-ctx.Done()
			time.Sleep(3 * time.Second) // answers what it has taken on
			w.note(&w.ended, token)
			return nil
		}), nil
	}}
}

func (w *witness) note(where *[]string, token string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	*where = append(*where, token)
}

func (w *witness) saw(began, ended string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.began, " ") == began && strings.Join(w.ended, " ") == ended
}

func TestChangedSecret(t *testing.T) {
	file := newSecretFile(t, "first\n")
	cfg, _, err := config.Load(config.Source{Environ: []string{"DISCORD_TOKEN_FILE=" + file.path}})
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		w := &witness{refuse: "stale", dread: "nonsense"}
		var log bytes.Buffer
		ctx, cancel := context.WithCancel(t.Context())
		done, asked := make(chan error), make(chan struct{})
		board := ops.NewBoard([]string{"discord", "other"})
		// Another platform keeps the process alive while this one is down.
		all := []platform{w.platform(cfg.Discord.Token), platformOf("other", inTurn(serves))}
		go func() { done <- supervise(ctx, all, service{log: logTo(&log)}, board, asked) }()
		soon := func() { time.Sleep(2*secretsEvery + 4*time.Second) }
		for _, step := range []struct {
			why, text    string
			began, ended string
			log          string
		}{
			{"nothing changes", "first", "first", "", ""},
			{"a new one", "second", "first second", "first", "a secret has changed: the adapter answers"},
			{"an empty file", "\n", "first second", "first", "token is empty"},
			{"what no adapter takes", "nonsense", "first second", "first", "that is no token"},
			{"the same again", " second ", "first second", "first", ""},
			{"one that is refused", "stale", "first second stale", "first second", "the token is refused"},
			{"one that is not", "third", "first second stale third", "first second", "a secret"},
		} {
			log.Reset()
			file.write(step.text)
			soon()
			synctest.Wait()
			if !w.saw(step.began, step.ended) {
				t.Errorf("%s: began with %q, ended with %q", step.why, w.began, w.ended)
			}
			if !strings.Contains(log.String(), step.log) || step.log == "" && log.Len() > 0 {
				t.Errorf("%s: %q is not in the log:\n%s", step.why, step.log, &log)
			}
			for _, secret := range []string{"second", "nonsense", "stale", "third"} {
				if strings.Contains(log.String(), "="+secret) {
					t.Errorf("%s: the secret is in the log:\n%s", step.why, &log)
				}
			}
			if s := board.Status().Platforms[0].State; (s == ops.Down) != (step.text == "stale") {
				t.Errorf("%s: it is %s", step.why, s)
			}
			log.Reset()
			soon()
			if log.Len() > 0 {
				t.Errorf("%s: later it says more:\n%s", step.why, &log)
			}
		}
		// A file that changes at every look is not settled, and one that is asked for does not have to be.
		for i := range 5 {
			file.write("fourth" + strings.Repeat("h", i))
			time.Sleep(secretsEvery)
		}
		synctest.Wait()
		if slices.Contains(w.began, "fourth") {
			t.Errorf("began with %q", w.began)
		}
		file.write("fifth")
		asked <- struct{}{}
		time.Sleep(4 * time.Second)
		synctest.Wait()
		if w.began[len(w.began)-1] != "fifth" {
			t.Errorf("began with %q", w.began)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// Both platforms take a new token while they run, and one that was refused comes back.
func TestNewTokens(t *testing.T) {
	discord, telegram := newSecretFile(t, "of.another.bot"), newSecretFile(t, telegramtest.Token)
	s := serveBoth(t, "DISCORD_TOKEN_FILE="+discord.path, "TELEGRAM_TOKEN_FILE="+telegram.path)
	within(t, "the refusal", func() bool {
		_, body := s.get("/readyz")
		return strings.Contains(body, `"state": "down"`) && strings.Contains(body, `"state": "running"`)
	})
	discord.write(discordtest.Token)
	s.hints <- syscall.SIGHUP
	within(t, "readiness", s.ready)
	telegram.write("77:AAof_a_bot_that_nobody_has_made_so_far")
	s.hints <- syscall.SIGHUP
	within(t, "the refusal of the other", func() bool { _, body := s.get("/readyz"); return strings.Contains(body, `"state": "down"`) })
	if m := s.discord.Answer(discordtest.Channel, s.discord.Say(discordtest.Said{Text: discordtest.Mention + " " + tall})); !strings.Contains(m.Text(), good) {
		t.Errorf("answered %q", m.Text())
	}
	telegram.write(telegramtest.Token)
	s.hints <- syscall.SIGHUP
	within(t, "readiness of both", s.ready)
	ana := telegramtest.User{ID: 7, Name: "Ana"}
	s.telegram.Say(telegramtest.Private(ana), ana, tall)
	if got := s.telegram.AwaitSaid(telegramtest.Private(ana), 1)[0].Text; !strings.Contains(got, good) {
		t.Errorf("answered %q", got)
	}
}
