package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"tally/eventlog/snowflake"
)

const (
	subject   = "events"
	startTime = 10 * time.Second // in which the embedded server must be ready, and answer
)

// jetPeer is a NATS server within this process, with a stream on disk; no network is in between.
type jetPeer struct {
	dir    string
	server *server.Server
	conn   *nats.Conn
	js     jetstream.JetStream
	stream jetstream.Stream
	n      uint64
}

// openJetStream opens it with an fsync for each message, or without any.
func openJetStream(sync bool) func(dir string) (peer, error) {
	return func(dir string) (peer, error) {
		s, err := server.NewServer(&server.Options{DontListen: true, JetStream: true, StoreDir: dir, SyncAlways: sync, NoLog: true, NoSigs: true})
		if err != nil {
			return nil, err
		}
		j := &jetPeer{dir: dir, server: s}
		s.Start()
		if !s.ReadyForConnections(startTime) {
			return nil, errors.Join(errors.New("the NATS server isn't ready"), j.close())
		}
		if err := j.connect(); err != nil {
			return nil, errors.Join(err, j.close())
		}
		return j, nil
	}
}

func (j *jetPeer) connect() (err error) {
	if j.conn, err = nats.Connect("", nats.InProcessServer(j.server)); err != nil {
		return err
	}
	if j.js, err = jetstream.New(j.conn, jetstream.WithPublishAsyncMaxPending(10_000)); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	j.stream, err = j.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{Name: "EVENTS", Subjects: []string{subject}, Storage: jetstream.FileStorage})
	return err
}

func (j *jetPeer) append(pages []page) error {
	var last jetstream.PubAckFuture
	for _, p := range pages {
		for _, m := range p {
			f, err := j.js.PublishAsync(subject, m.raw())
			if err != nil {
				return err
			}
			last = f
			j.n++
		}
	}
	<-j.js.PublishAsyncComplete()
	select {
	case <-last.Ok():
		return nil
	case err := <-last.Err():
		return err
	}
}

func (j *jetPeer) finish() error {
	info, err := j.stream.Info(context.Background())
	if err == nil && info.State.Msgs != j.n {
		err = fmt.Errorf("the stream holds %d messages of %d", info.State.Msgs, j.n)
	}
	return err
}

func (j *jetPeer) recount() (map[snowflake.ID]uint64, error) {
	consumer, err := j.stream.OrderedConsumer(context.Background(), jetstream.OrderedConsumerConfig{})
	if err != nil {
		return nil, err
	}
	messages, err := consumer.Messages(jetstream.PullMaxMessages(20_000))
	if err != nil {
		return nil, err
	}
	defer messages.Stop()
	counts := map[snowflake.ID]uint64{}
	for range j.n {
		m, err := messages.Next()
		if err == nil {
			err = countRaw(counts, m.Data())
		}
		if err != nil {
			return nil, err
		}
	}
	return counts, nil
}

func (j *jetPeer) live(m message) error {
	j.n++
	_, err := j.js.Publish(context.Background(), subject, m.raw())
	return err
}

func (j *jetPeer) used() (int64, error) { return folderSize(j.dir) }

func (j *jetPeer) close() error {
	if j.conn != nil {
		j.conn.Close()
	}
	j.server.Shutdown()
	j.server.WaitForShutdown()
	return nil
}
