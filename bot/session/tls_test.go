package session

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"testing"
)

// secure makes the gateway one with TLS if scheme is wss: sockets that begin with a handshake get one.
func (s *script) secure(t *testing.T, scheme string) {
	if scheme != "wss" {
		return
	}
	s.change(func() { s.url = "wss://gateway.invalid/" })
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	s.pipes.wrap = func(address string, c net.Conn) net.Conn {
		if address == "gateway.invalid:443" {
			return tls.Server(c, config)
		}
		return c
	}
}
