#!/usr/bin/perl
# Answers /api/health, /api/datasources and /api/dashboards/uid/<uid> from the files that are mounted, as Grafana would.
use strict;
use warnings;
use IO::Socket::INET;

$SIG{TERM} = $SIG{INT} = sub { exit 0 };
my $server = IO::Socket::INET->new(LocalPort => 3000, Listen => 16, ReuseAddr => 1) or die "port 3000: $!";
sub slurp { my ($path) = @_; local $/; open(my $file, '<', $path) or return ''; return <$file> }

while (1) {
  my $client = $server->accept or next;
  my $line = <$client> // '';
  my ($path) = $line =~ m{^\S+ (\S+)};
  my ($status, $body) = ('404 Not Found', '{}');
  if (($path // '') eq '/api/health') { ($status, $body) = ('200 OK', '{"database":"ok"}') }
  elsif (($path // '') eq '/api/datasources/uid/prometheus') {
    my ($url) = map { /url: (\S+)/ ? $1 : () } map { slurp($_) } glob('/etc/grafana/provisioning/datasources/*.yml');
    ($status, $body) = ('200 OK', qq({"url":"$url"})) if defined $url;
  }
  elsif (($path // '') =~ m{^/api/dashboards/uid/([a-z]+)$}) {
    my $uid = $1;
    my ($folder) = map { /path: (\S+?)[\s\}]/ ? $1 : () } map { slurp($_) } glob('/etc/grafana/provisioning/dashboards/*.yml');
    for my $file (glob(($folder // '') . '/*.json')) {
      my $board = slurp($file);
      ($status, $body) = ('200 OK', qq({"dashboard":$board})) if $board =~ /"uid": "$uid"/;
    }
  }
  print $client "HTTP/1.0 $status\r\ncontent-type: application/json\r\ncontent-length: " . length($body) . "\r\n\r\n$body";
  close $client;
}
