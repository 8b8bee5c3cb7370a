# How long SpamAssassin takes for each message, in one process: the reference of verdict_bench.
#
#   perl spamassassin.pl FILE...        "160.2": milliseconds of processor time for a message
#
# Local tests only, its own stock rules. The first messages only warm it up.

use strict;
use warnings;
use Mail::SpamAssassin;

use constant WARM_UP => 20;

my @mails = map {
  open(my $in, '<:raw', $_) or die "$_: $!\n";
  local $/;
  <$in>;
} @ARGV;
die "no messages\n" if !@mails;

my $filter = Mail::SpamAssassin->new({
  local_tests_only => 1, dont_copy_prefs => 1, userprefs_filename => '/dev/null', debug => 0,
});
$filter->compile_now(0);

sub check {
  my $mail = $filter->parse(\$_[0]);
  $filter->check($mail)->finish();
  $mail->finish();
}

check($mails[$_ % @mails]) for 1 .. WARM_UP;
my ($user, $system) = times;
check($_) for @mails;
my ($user_end, $system_end) = times;
printf "%.1f\n", 1000 * ($user_end + $system_end - $user - $system) / @mails;
