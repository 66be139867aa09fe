package main

import (
	"context"
	"slices"
	"time"

	"summitbot/config"
)

// secretsEvery is how often the files that hold secrets are looked at. They are read and not only looked at, which follows
// symbolic links wherever Kubernetes points them, and costs nothing for a line of text.
const secretsEvery = 10 * time.Second

// A keyring keeps a platform's secrets in step with their files.
type keyring struct {
	platform platform
	service  service
	changed  chan []config.Secret // holds the latest that nobody has taken yet

	inUse []config.Secret
	last  reading // at the last look
	acted reading // that something was done about
}

// A reading is what the files hold, or why that is not known.
type reading struct {
	secrets []config.Secret
	fault   string
}

func (r reading) same(other reading) bool {
	return r.fault == other.fault && slices.EqualFunc(r.secrets, other.secrets, config.Secret.Equal)
}

func newKeyring(p platform, s service) *keyring {
	now := reading{secrets: p.secrets}
	return &keyring{platform: p, service: s, changed: make(chan []config.Secret, 1), inUse: p.secrets, last: now, acted: now}
}

// watch looks at all keyrings' files every few seconds, and at once when asked, until ctx is done.
func watch(ctx context.Context, rings []*keyring, asked <-chan struct{}) {
	ticker := time.NewTicker(secretsEvery)
	defer ticker.Stop()
	for {
		now := false
		select {
		case <-ctx.Done():
			return
		case <-asked:
			now = true
		case <-ticker.C:
		}
		for _, k := range rings {
			k.look(now)
		}
	}
}

// look hands on what the files hold, if that is new and an adapter can be made with it; if not, the secrets in use stay.
// Unless it is asked for now it has to be the same for two looks, so that no file is taken half written.
func (k *keyring) look(now bool) {
	found := k.read()
	settled := now || found.same(k.last)
	k.last = found
	if !settled || found.same(k.acted) {
		return
	}
	k.acted = found
	if found.fault == "" && slices.EqualFunc(found.secrets, k.inUse, config.Secret.Equal) {
		return // a file that could not be used is again as it was
	}
	fault := found.fault
	if fault == "" {
		if _, err := k.platform.open(k.service, found.secrets); err != nil {
			fault = err.Error()
		}
	}
	if fault != "" {
		k.service.log.Error("a secret has changed and cannot be used; the one before stays in use", "error", fault)
		return
	}
	k.inUse = found.secrets
	k.service.log.Info("a secret has changed: the adapter answers what it has taken on and is run with the new one")
	select {
	case <-k.changed: // overtaken
	default:
	}
	k.changed <- k.inUse
}

func (k *keyring) read() reading {
	var r reading
	for _, s := range k.inUse {
		again, err := s.Reread()
		if err != nil {
			return reading{fault: err.Error()}
		}
		r.secrets = append(r.secrets, again)
	}
	return r
}
