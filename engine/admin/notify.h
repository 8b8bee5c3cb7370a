// Tells systemd how the service is doing (sd_notify(3), without its library).
//
//   notify_systemd("READY=1");     does nothing outside a unit of Type=notify

#pragma once

#include <string_view>

namespace sluice::admin {

void notify_systemd(std::string_view state);

}  // namespace sluice::admin
