package discord

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Why a connection to the gateway ended, beside a closeError and errors of the network.
var (
	errReconnect  = errors.New("the gateway asked for a reconnect")
	errResumable  = errors.New("the gateway refused the session for now")
	errInvalid    = errors.New("the gateway refused the session")
	errNoAck      = errors.New("the gateway did not acknowledge a heartbeat")
	errSilent     = errors.New("the gateway has gone silent")
	errLeft       = errors.New("the connection was closed here")
	errNoFarewell = errors.New("not taking leave: the session is to be resumed")
)

// A closeError is the gateway's close frame.
type closeError struct{ Code int }

func (e *closeError) Error() string {
	return fmt.Sprintf("the gateway closed the connection: %d", e.Code)
}

// The opcodes of websocket frames.
const (
	frameMore   = 0x0
	frameText   = 0x1
	frameBinary = 0x2
	frameClose  = 0x8
)

const (
	maxGatewayMessage = 16 << 20 // Discord's largest, by far, is the READY of a full shard
	writeTimeout      = 10 * time.Second
)

// A link is one socket to the gateway, as the library sees it. It reads the server's frames before the library does, because
// the library (v0.29.0) leaves undone what keeps a connection healthy:
//
//   - Its Open hangs for good when opcode 7 arrives early (discordgo issue 513), it answers opcode 9 at once and always by a
//     new session, and it tells nobody a close frame's code. Here each of them ends the connection with its own cause.
//   - It waits for ever on a silent server and for five missed acknowledgements. Here one missing acknowledgement, or
//     silence for longer than the heartbeat interval, ends the connection.
//   - It closes with code 1000, at which Discord forgets the session. Here a close frame leaves only after farewell.
//   - It resumes within one Session alone, at the address of the first connection. Here any link can resume (greeting).
//   - It panics at some malformed events and loses others (screen.go).
//
// The cause of the end is kept, and done is closed.
type link struct {
	net.Conn // once it is dialled
	in       *bufio.Reader
	take     func(event string, data json.RawMessage) // receives the events for the adapter, on the goroutine that reads; nil: nobody
	greeting []byte                                   // said in place of the library's identify; nil leaves that as it is

	out []byte // for the library, not read by it yet

	upgraded atomic.Bool   // the HTTP handshake is over
	message  []byte        // the frames of a message so far
	inside   bool          // of a message whose last frame is yet to come
	idle     time.Duration // how long silence lasts until the line is dead
	grace    time.Duration // the same, beyond the heartbeat interval, once that is known

	mu       sync.Mutex // guards what follows
	interval time.Duration
	greeted  bool      // identify or resume has been written
	beatAt   time.Time // of the first heartbeat without an acknowledgement; zero when there is none
	leaving  bool
	cause    error

	said   chan struct{} // closed when the greeting has left
	parted chan struct{} // receives when a close frame has left
	done   chan struct{} // closed at the end
}

func newLink(idle, grace time.Duration) *link {
	return &link{idle: idle, grace: grace, said: make(chan struct{}), parted: make(chan struct{}, 1), done: make(chan struct{})}
}

// dial connects the link. It is called once, before anything is read or written.
func (l *link) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	return l.attach((&net.Dialer{}).DialContext(ctx, network, addr))
}

// dialTLS connects the link with TLS, through the proxy that the environment names, if any. The TLS is the link's own, since
// the frames are to be read.
func (l *link) dialTLS(ctx context.Context, network, addr string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	proxy, err := http.ProxyFromEnvironment(&http.Request{URL: &url.URL{Scheme: "https", Host: addr}})
	if err != nil {
		return nil, errors.New("the proxy's address is malformed")
	}
	var c net.Conn
	if proxy == nil {
		c, err = (&net.Dialer{}).DialContext(ctx, network, addr)
	} else {
		c, err = tunnel(ctx, proxy, addr)
	}
	if err != nil {
		return nil, err
	}
	t := tls.Client(c, &tls.Config{ServerName: host, NextProtos: []string{"http/1.1"}})
	if err := t.HandshakeContext(ctx); err != nil {
		c.Close()
		return nil, err
	}
	return l.attach(t, nil)
}

// tunnel connects through an HTTP proxy.
func tunnel(ctx context.Context, proxy *url.URL, addr string) (net.Conn, error) {
	if proxy.Scheme != "http" {
		return nil, fmt.Errorf("the gateway can be reached through an http proxy, not through one of %q", proxy.Scheme)
	}
	at := proxy.Host
	if proxy.Port() == "" {
		at = net.JoinHostPort(proxy.Hostname(), "80")
	}
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", at)
	if err != nil {
		return nil, fmt.Errorf("connecting to the proxy: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	r := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: addr}, Host: addr, Header: http.Header{}}
	if u := proxy.User; u != nil {
		password, _ := u.Password()
		r.Header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(u.Username()+":"+password)))
	}
	if err := r.Write(c); err != nil {
		c.Close()
		return nil, fmt.Errorf("asking the proxy: %w", err)
	}
	// Nothing follows the proxy's answer before TLS begins from this side, so that the reader takes no more than it.
	resp, err := http.ReadResponse(bufio.NewReader(c), r)
	if err != nil {
		c.Close()
		return nil, fmt.Errorf("reading the proxy's answer: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		c.Close()
		return nil, fmt.Errorf("the proxy answered %s", resp.Status)
	}
	return c, nil
}

func (l *link) attach(c net.Conn, err error) (net.Conn, error) {
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cause != nil {
		c.Close()
		return nil, l.cause
	}
	l.Conn, l.in = c, bufio.NewReaderSize(c, 16<<10)
	return l, nil
}

// Read hands the library what it may see.
func (l *link) Read(p []byte) (int, error) {
	for len(l.out) == 0 {
		if err := l.fill(); err != nil {
			return 0, l.end(err)
		}
	}
	n := copy(p, l.out)
	l.out = l.out[n:]
	return n, nil
}

func (l *link) fill() error {
	if err := l.Conn.SetReadDeadline(time.Now().Add(l.idle)); err != nil {
		return err
	}
	l.out = l.out[:0]
	var err error
	if l.upgraded.Load() {
		err = l.frame()
	} else {
		err = l.handshake()
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return errSilent
	}
	return err
}

// handshake passes one line of the server's HTTP response on.
func (l *link) handshake() error {
	line, err := l.in.ReadSlice('\n')
	if err != nil {
		return err
	}
	l.out = append(l.out, line...)
	line = bytes.TrimSpace(line)
	if version, status, ok := bytes.Cut(line, []byte(" ")); ok && bytes.HasPrefix(version, []byte("HTTP/")) && !bytes.HasPrefix(status, []byte("101")) {
		return fmt.Errorf("the gateway answered HTTP %.3q", status)
	}
	if len(line) == 0 {
		l.upgraded.Store(true)
	}
	return nil
}

// frame reads one frame and, where it completes a message, puts what the library may see of it into out.
func (l *link) frame() error {
	final, op, payload, err := readFrame(l.in, maxGatewayMessage-len(l.message))
	if err != nil {
		return err
	}
	switch {
	case op == frameClose:
		if len(payload) < 2 {
			return &closeError{1005}
		}
		return &closeError{int(binary.BigEndian.Uint16(payload))}
	case op > frameClose: // ping and pong
		l.out = appendFrame(l.out, op, payload)
		return nil
	case op == frameBinary:
		return errors.New("the gateway sent a compressed message, which nobody asked for")
	case (op == frameMore) != l.inside:
		return errors.New("the gateway sent frames out of order")
	}
	l.message, l.inside = append(l.message, payload...), !final
	if !final {
		return nil
	}
	whole := l.message
	l.message = nil
	return l.understand(whole)
}

func (l *link) understand(message []byte) error {
	e, err := screen(message)
	if err != nil {
		return err
	}
	switch e.op {
	case opHello:
		l.mu.Lock()
		l.interval = e.interval
		l.mu.Unlock()
		l.idle = e.interval + l.grace
	case opAck:
		l.mu.Lock()
		l.beatAt = time.Time{}
		l.mu.Unlock()
	}
	if e.event != "" && l.take != nil {
		l.take(e.event, e.data)
		// What has just been begun goes before the library's share, which nobody waits for.
		runtime.Gosched()
	}
	if e.message != nil {
		l.out = appendFrame(l.out, frameText, e.message)
	}
	return nil
}

// Write sends what the library wants sent, unless the connection is over or the write would end a session that lives on.
func (l *link) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	send, greets := p, false
	if l.upgraded.Load() {
		var err error
		if greets, err = l.mayWrite(p[0] & 0xf); err != nil {
			return 0, err
		}
		if greets && l.greeting != nil {
			send = maskedFrame(frameText, l.greeting)
		}
	}
	if err := l.Conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return 0, l.end(err)
	}
	if _, err := l.Conn.Write(send); err != nil {
		return 0, l.end(err)
	}
	switch {
	case greets:
		close(l.said)
	case l.upgraded.Load() && p[0]&0xf == frameClose:
		signal(l.parted)
	}
	return len(p), nil
}

// mayWrite says whether a frame may leave, and whether it is the greeting: the first message, by which the library identifies.
func (l *link) mayWrite(op byte) (greets bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cause != nil {
		return false, l.cause
	}
	switch {
	case op == frameClose && !l.leaving:
		return false, errNoFarewell
	case op == frameText && !l.greeted:
		l.greeted = true
		return true, nil
	case op == frameText:
		// After the greeting the library writes heartbeats alone. One that answers the server's own request may follow another
		// closely, hence the half.
		now := time.Now()
		if l.beatAt.IsZero() {
			l.beatAt = now
		} else if now.Sub(l.beatAt) > l.interval/2 {
			go l.end(errNoAck)
			return false, errNoAck
		}
	}
	return false, nil
}

// end ends the connection and keeps the first cause of it, which it returns.
func (l *link) end(cause error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cause == nil {
		l.cause = cause
		close(l.done)
		if l.Conn != nil {
			l.Conn.Close()
		}
	}
	return l.cause
}

// Close is the library's way to end the connection.
func (l *link) Close() error {
	l.end(errLeft)
	return nil
}

// farewell lets the library's close frame through, so that Discord forgets the session and shows the bot as gone.
func (l *link) farewell() {
	l.mu.Lock()
	l.leaving = true
	l.mu.Unlock()
}

// why is the cause of the end, nil before it.
func (l *link) why() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cause
}

// readFrame reads one frame of a server: unmasked, without extensions.
func readFrame(r io.Reader, most int) (final bool, op byte, payload []byte, err error) {
	var h [10]byte
	if _, err = io.ReadFull(r, h[:2]); err != nil {
		return
	}
	final, op = h[0]&0x80 != 0, h[0]&0x0f
	if h[0]&0x70 != 0 || h[1]&0x80 != 0 {
		return final, op, nil, errors.New("the gateway sent a frame that no server may send")
	}
	size := uint64(h[1])
	switch size {
	case 126:
		if _, err = io.ReadFull(r, h[2:4]); err != nil {
			return
		}
		size = uint64(binary.BigEndian.Uint16(h[2:4]))
	case 127:
		if _, err = io.ReadFull(r, h[2:10]); err != nil {
			return
		}
		size = binary.BigEndian.Uint64(h[2:10])
	}
	if size > uint64(max(most, 0)) {
		return final, op, nil, fmt.Errorf("the gateway sent a message of more than %d bytes", maxGatewayMessage)
	}
	// Grown as it arrives: a length is only a claim.
	var b bytes.Buffer
	if _, err = io.CopyN(&b, r, int64(size)); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return
	}
	return final, op, b.Bytes(), nil
}

// appendFrame appends one whole message as a server sends it.
func appendFrame(b []byte, op byte, payload []byte) []byte {
	return append(appendHeader(b, op, 0, len(payload)), payload...)
}

// maskedFrame is one whole message as a client sends it.
func maskedFrame(op byte, payload []byte) []byte {
	var key [4]byte
	rand.Read(key[:])
	b := append(appendHeader(nil, op, 0x80, len(payload)), key[:]...)
	for i, c := range payload {
		b = append(b, c^key[i%4])
	}
	return b
}

func appendHeader(b []byte, op, mask byte, n int) []byte {
	b = append(b, 0x80|op)
	switch {
	case n < 126:
		return append(b, mask|byte(n))
	case n < 1<<16:
		return binary.BigEndian.AppendUint16(append(b, mask|126), uint16(n))
	}
	return binary.BigEndian.AppendUint64(append(b, mask|127), uint64(n))
}
