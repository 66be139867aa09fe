package telegram

import (
	"context"
	"crypto/subtle"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// The webhook. Telegram posts one update at a time for each chat and repeats it until it gets a 200, so a 200 says that the
// update is taken on and nothing more: Telegram waits for no answer. A crash loses what is taken on and not yet answered.

const (
	maxUpdate    = 1 << 20 // bytes; Telegram's largest updates are a tenth of it
	secretHeader = "X-Telegram-Bot-Api-Secret-Token"
)

// serve receives updates by webhook until the context ends or only the operator can help.
func (a *Adapter) serve(ctx context.Context) error {
	w := a.cfg.Webhook
	var files []tgbotapi.RequestFile
	if w.Certificate != "" {
		pem, err := os.ReadFile(w.Certificate)
		if err != nil {
			return &Fatal{"the certificate of the Telegram webhook cannot be read: name a file with it, in PEM", err}
		}
		files = append(files, tgbotapi.RequestFile{Name: "certificate", Data: tgbotapi.FileBytes{Name: "certificate.pem", Bytes: pem}})
	}
	listener, err := net.Listen("tcp", w.Listen)
	if err != nil {
		return &Fatal{"the Telegram webhook cannot listen on " + w.Listen + ": choose another address or free this one", err}
	}
	server := &http.Server{
		Handler: http.HandlerFunc(a.deliver), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: 15 * time.Second,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	defer server.Close()
	p := tgbotapi.Params{"url": w.URL, "secret_token": w.Secret, "max_connections": "40"}
	p.AddInterface("allowed_updates", allowedUpdates)
	if err := a.insist(ctx, "setWebhook", p, nil, files...); err != nil && ctx.Err() == nil {
		return err
	}
	a.setFault("")
	a.log.Info("receiving from Telegram by webhook", "listen", listener.Addr().String())
	select {
	case err = <-failed:
		return &Fatal{"the Telegram webhook stopped listening", err}
	case <-ctx.Done():
	}
	// Whatever Telegram has begun to post is taken on; later posts find nobody and come again after the next start.
	stop, cancel := context.WithTimeout(a.jobs, a.cfg.Drain)
	defer cancel()
	if err := server.Shutdown(stop); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		a.log.Warn("the webhook did not close well", "error", err)
	}
	a.drain()
	return nil
}

// deliver takes one update from Telegram.
func (a *Adapter) deliver(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != a.cfg.Webhook.Path {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "Telegram posts updates here", http.StatusMethodNotAllowed)
		return
	}
	if subtle.ConstantTimeCompare([]byte(r.Header.Get(secretHeader)), []byte(a.cfg.Webhook.Secret)) != 1 {
		http.Error(w, "the secret is missing or wrong", http.StatusUnauthorized)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxUpdate))
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			http.Error(w, "larger than any update", http.StatusRequestEntityTooLarge)
			return
		}
		http.Error(w, "the body cannot be read", http.StatusBadRequest)
		return
	}
	if _, in := a.takeOn(r.Context(), body, false); in == full {
		a.stats.refused.Add(1)
		w.Header().Set("Retry-After", "1")
		http.Error(w, "busy", http.StatusServiceUnavailable)
	}
	// What cannot be read is answered with 200 too: Telegram would only send the same again.
}
