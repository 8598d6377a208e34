// A plain agent to measure beside ours: what Go's own client and server do for the same contract, with the
// time-outs and retries of the reference agent and its command line. It signs nothing, checks and limits
// nothing and never renews, so it costs less than any real agent.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"io"
	"log"
	"math/rand"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

type exchanged struct {
	Credentials struct {
		AccessKeyId     string  `json:"accessKeyId"`
		SecretAccessKey string  `json:"secretAccessKey"`
		SessionToken    string  `json:"sessionToken"`
		Expiration      float64 `json:"expiration"`
	} `json:"credentials"`
	AssumedRoleUser struct {
		Arn string `json:"arn"`
	} `json:"assumedRoleUser"`
}

type answer struct {
	AccessKeyId, SecretAccessKey, Token, AccountId string
	Expiration                                     time.Time
}

var client = &http.Client{
	Transport: &http.Transport{DialContext: (&net.Dialer{Timeout: 500 * time.Millisecond}).DialContext},
	Timeout:   time.Second,
}

func exchange(url, token string) (*exchanged, error) {
	body, _ := json.Marshal(map[string]string{"token": token})
	var failure error
	for try := 0; try < 3; try++ {
		if try > 0 {
			time.Sleep(time.Duration(rand.Float64() * float64(int64(1)<<(try-1)) * float64(time.Second)))
		}
		response, err := client.Post(url, "application/json", bytes.NewReader(body))
		if err != nil {
			failure = err
			continue
		}
		text, err := io.ReadAll(response.Body)
		response.Body.Close()
		result := &exchanged{}
		if err == nil {
			err = json.Unmarshal(text, result)
		}
		if err == nil && response.StatusCode == 200 {
			return result, nil
		}
		failure = err
	}
	return nil, failure
}

func isToken(token string) bool {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return false
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	claims := map[string]any{}
	return err == nil && json.Unmarshal(payload, &claims) == nil
}

func main() {
	flags := flag.NewFlagSet("server", flag.ExitOnError)
	cluster := flags.String("cluster-name", "", "")
	port := flags.String("port", "", "")
	probePort := flags.String("probe-port", "", "")
	flags.String("metrics-port", "", "")
	flags.String("metrics-address", "", "")
	host := flags.String("bind-hosts", "", "")
	endpoint := flags.String("endpoint", "", "")
	flags.Parse(os.Args[2:])
	url := *endpoint + "/clusters/" + *cluster + "/assume-role-for-pod-identity"
	var known sync.Map

	agent := http.NewServeMux()
	agent.HandleFunc("/v1/credentials", func(w http.ResponseWriter, r *http.Request) {
		token := r.Header.Get("Authorization")
		if !isToken(token) {
			http.Error(w, "not a token", http.StatusBadRequest)
			return
		}
		held, ok := known.Load(token)
		if !ok {
			got, err := exchange(url, token)
			if err != nil || got == nil {
				log.Printf("no credentials for %s: %v", r.RemoteAddr, err)
				http.Error(w, "no credentials", http.StatusInternalServerError)
				return
			}
			log.Printf("credentials for %s", r.RemoteAddr)
			held = answer{got.Credentials.AccessKeyId, got.Credentials.SecretAccessKey, got.Credentials.SessionToken,
				strings.Split(got.AssumedRoleUser.Arn, ":")[4], time.Unix(int64(got.Credentials.Expiration), 0)}
			known.Store(token, held)
		}
		body, _ := json.Marshal(held)
		w.Header().Set("Content-Type", "application/json")
		w.Write(body)
	})
	go http.ListenAndServe("127.0.0.1:"+*probePort, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	log.Fatal(http.ListenAndServe(*host+":"+*port, agent))
}
