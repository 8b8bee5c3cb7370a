// Metrics and health over HTTP, for machines on the same host.
//
//   auto server = HttpServer::start("127.0.0.1:9464", metrics);
//   GET /metrics   Prometheus text        GET /live   200 while the loop turns, else 503
//   GET /ready     200 once partitions are assigned and restored, else 503
//
// Failure:  an address that does not parse or cannot be bound.
// Bounds:   8 connections, 5 s each, requests of at most 8 KiB; anything but GET is refused.
// Threads:  serves on a thread of its own; Metrics must outlive it.
// Tests:    tests/engine/admin_test.cc

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "engine/admin/metrics.h"

struct MHD_Daemon;

namespace sluice::admin {

class HttpServer {
 public:
  static Result<std::unique_ptr<HttpServer>> start(const std::string& listen,
                                                   const Metrics& metrics);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer();

  // The port that is bound, also if 0 was asked for.
  [[nodiscard]] uint16_t port() const;

 private:
  explicit HttpServer(MHD_Daemon* daemon) : daemon_(daemon) {}

  MHD_Daemon* daemon_;
};

}  // namespace sluice::admin
