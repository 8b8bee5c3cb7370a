#include "engine/admin/http_server.h"

#include <charconv>
#include <optional>
#include <string_view>

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>

namespace sluice::admin {
namespace {

constexpr std::chrono::seconds kAliveWithin{30};

struct Answer {
  unsigned status;
  std::string body;
};

Answer answer(const Metrics& metrics, std::string_view path) {
  if (path == "/metrics") return {MHD_HTTP_OK, metrics.text()};
  const auto health = [](bool good) {
    return good ? Answer{MHD_HTTP_OK, "ok\n"} : Answer{MHD_HTTP_SERVICE_UNAVAILABLE, "no\n"};
  };
  if (path == "/live") return health(metrics.alive(kAliveWithin));
  if (path == "/ready") return health(metrics.alive(kAliveWithin) && metrics.ready());
  return {MHD_HTTP_NOT_FOUND, "try /metrics, /live or /ready\n"};
}

// NOLINTNEXTLINE(readability-function-size): the signature is libmicrohttpd's.
MHD_Result serve(void* closure, MHD_Connection* connection, const char* url, const char* method,
                 const char* /*version*/, const char* /*upload*/, std::size_t* /*upload_size*/,
                 void** /*state*/) {
  const Answer reply = std::string_view(method) == MHD_HTTP_METHOD_GET
                           ? answer(*static_cast<const Metrics*>(closure), url)
                           : Answer{MHD_HTTP_METHOD_NOT_ALLOWED, "GET only\n"};
  MHD_Response* const response = MHD_create_response_from_buffer(
      reply.body.size(), const_cast<char*>(reply.body.data()), MHD_RESPMEM_MUST_COPY);
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain; version=0.0.4");
  const MHD_Result queued = MHD_queue_response(connection, reply.status, response);
  MHD_destroy_response(response);
  return queued;
}

std::optional<sockaddr_in> parse_address(const std::string& listen) {
  const std::size_t colon = listen.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  uint16_t port = 0;
  const char* const end = listen.data() + listen.size();
  const auto parsed = std::from_chars(listen.data() + colon + 1, end, port);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  const bool host = inet_pton(AF_INET, listen.substr(0, colon).c_str(), &address.sin_addr) == 1;
  if (!host || parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return address;
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(const std::string& listen,
                                                      const Metrics& metrics) {
  const auto address = parse_address(listen);
  if (!address) {
    return Error{ErrorCode::kInvalid, "admin.listen: '" + listen + "' is no IPv4 address:port"};
  }
  MHD_Daemon* const daemon =
      MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_AUTO, 0, nullptr, nullptr, &serve,
                       const_cast<Metrics*>(&metrics), MHD_OPTION_SOCK_ADDR, &*address,
                       MHD_OPTION_CONNECTION_LIMIT, 8U, MHD_OPTION_CONNECTION_TIMEOUT, 5U,
                       MHD_OPTION_CONNECTION_MEMORY_LIMIT, std::size_t{8} << 10U, MHD_OPTION_END);
  if (daemon == nullptr) {
    return Error{ErrorCode::kUnavailable, "admin.listen: " + listen + " cannot be bound"};
  }
  return std::unique_ptr<HttpServer>(new HttpServer(daemon));
}

HttpServer::~HttpServer() {
  MHD_stop_daemon(daemon_);
}

uint16_t HttpServer::port() const {
  const MHD_DaemonInfo* const info = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_BIND_PORT);
  return info == nullptr ? uint16_t{0} : info->port;
}

}  // namespace sluice::admin
