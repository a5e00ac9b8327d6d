// FC-7: which agents a GET that books turns away, by the list that travels inside the program.
#include "core/link_readers.h"

#include <gtest/gtest.h>

#include "core/ingest/crawlers.h"

namespace footfall::core {
namespace {

TEST(LinkReaders, ReadersOfLinksAndSendersOfCallbacks) {
  const auto crawlers = CrawlerList::load({});
  ASSERT_TRUE(crawlers);
  for (const char* reader :
       {"Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "Slack-ImgProxy (+https://api.slack.com/robots)",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "Twitterbot/1.0",
        "WhatsApp/2.23.20.0 A",
        "TelegramBot (like TwitterBot)",
        "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
        "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
        "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
        "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.4266; Pro)",
        "Snap URL Preview Service; bot; snapchat; https://developers.snap.com/robots",
        "Iframely/1.3.1 (+https://iframely.com/docs/about)",
        "Mozilla/5.0 (compatible; Embedly/0.2; +http://support.embed.ly/)",
        "vkShare; +http://vk.com/dev/Share",
        "Pinterest/0.2 (+https://www.pinterest.com/bot.html)",
        "Bluesky Cardyb/1.1; mailto:support@bsky.app",
        "http.rb/5.1.1 (Mastodon/4.2.0; +https://mastodon.social/)",
        "Viber/13.3.0.5",
        "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
        "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)"}) {
    EXPECT_TRUE(looks_at_links(**crawlers, reader)) << reader;
  }
  for (const char* sender : {"",
                             "curl/8.5.0",
                             "Wget/1.21",
                             "Go-http-client/2.0",
                             "PHP/8.2.1",
                             "GuzzleHttp/7",
                             "python-requests/2.31.0",
                             "Java/17.0.9",
                             "Apache-HttpClient/4.5 (Java/11)",
                             "okhttp/4.12.0",
                             "axios/1.6.0",
                             "node",
                             "Ruby",
                             "Faraday v2",
                             "WordPress/6.4; https://robotshop.example",
                             "Keitaro",
                             "Voluum/1.0",
                             "AffiseTracker/2 (postback)",
                             "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                             "Mozilla/5.0 (Linux; Android 10; CUBOT X30) AppleWebKit/537.36 (KHTML, like Gecko) "
                             "Chrome/120.0 Mobile Safari/537.36"}) {
    EXPECT_FALSE(looks_at_links(**crawlers, sender)) << sender;
  }
}

}  // namespace
}  // namespace footfall::core
