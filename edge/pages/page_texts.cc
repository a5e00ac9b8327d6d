#include "edge/pages/page_texts.h"

namespace footfall::edge {
namespace {

constexpr PageTexts kTexts[] = {
    {400,
     {{{"Bad request", "Your browser sent something that we do not accept."},
       {"Ungültige Anfrage", "Ihr Browser hat etwas gesendet, das wir nicht annehmen."},
       {"Requête incorrecte", "Votre navigateur a envoyé quelque chose que nous n’acceptons pas."},
       {"Solicitud incorrecta", "Su navegador ha enviado algo que no aceptamos."},
       {"Nieprawidłowe żądanie", "Twoja przeglądarka wysłała coś, czego nie przyjmujemy."}}}},
    {404,
     {{{"Link not found", "There is no such link here. Please check the address."},
       {"Link nicht gefunden", "Diesen Link gibt es hier nicht. Bitte prüfen Sie die Adresse."},
       {"Lien introuvable", "Ce lien n’existe pas ici. Veuillez vérifier l’adresse."},
       {"Enlace no encontrado", "Este enlace no existe aquí. Compruebe la dirección, por favor."},
       {"Nie znaleziono linku", "Nie ma tu takiego linku. Sprawdź adres."}}}},
    {405,
     {{{"Method not allowed", "A link can only be opened."},
       {"Methode nicht erlaubt", "Ein Link kann nur geöffnet werden."},
       {"Méthode non autorisée", "Un lien peut seulement être ouvert."},
       {"Método no permitido", "Un enlace solo se puede abrir."},
       {"Niedozwolona metoda", "Link można tylko otworzyć."}}}},
    {410,
     {{{"Link expired", "This link is no longer valid."},
       {"Link abgelaufen", "Dieser Link ist nicht mehr gültig."},
       {"Lien expiré", "Ce lien n’est plus valable."},
       {"Enlace caducado", "Este enlace ya no es válido."},
       {"Link wygasł", "Ten link nie jest już ważny."}}}},
    {421,
     {{{"Nothing here", "This address leads to a server that does not know it."},
       {"Hier ist nichts", "Diese Adresse führt zu einem Server, der sie nicht kennt."},
       {"Rien ici", "Cette adresse mène à un serveur qui ne la connaît pas."},
       {"Aquí no hay nada", "Esta dirección lleva a un servidor que no la conoce."},
       {"Nic tu nie ma", "Ten adres prowadzi do serwera, który go nie zna."}}}},
    {503,
     {{{"Please try again", "This page cannot be opened at the moment. Try again in a few seconds."},
       {"Bitte noch einmal versuchen",
        "Diese Seite lässt sich gerade nicht öffnen. Versuchen Sie es in einigen Sekunden noch einmal."},
       {"Veuillez réessayer", "Cette page ne peut pas être ouverte pour le moment. Réessayez dans quelques secondes."},
       {"Inténtelo de nuevo", "Esta página no se puede abrir en este momento. Inténtelo dentro de unos segundos."},
       {"Spróbuj ponownie", "Tej strony nie można teraz otworzyć. Spróbuj ponownie za kilka sekund."}}}},
};

constexpr std::string_view kStyle =
    ":root{--back:#f4f5f8;--card:#fff;--ink:#1b2130;--soft:#5a6376;--line:#dde1ea;--accent:#3552d1}"
    "@media(prefers-color-scheme:dark){:root{--back:#11141b;--card:#1a1f2a;--ink:#e9ecf3;--soft:#a2abbd;"
    "--line:#303747;--accent:#93a7ff}}"
    "*{box-sizing:border-box}"
    "body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.25rem;background:var(--back);"
    "color:var(--ink);font:16px/1.55 system-ui,-apple-system,\"Segoe UI\",Roboto,\"Helvetica Neue\",Arial,sans-serif}"
    "main{width:100%;max-width:31rem;background:var(--card);border:1px solid var(--line);border-radius:1rem;"
    "padding:2.5rem 2rem;text-align:center}"
    "svg{width:3rem;height:3rem;color:var(--accent);margin-bottom:1rem}"
    "h1{font-size:1.6rem;line-height:1.2;margin:0 0 .75rem;overflow-wrap:anywhere}"
    "p{margin:.5rem 0 0;color:var(--soft)}code{color:var(--ink);overflow-wrap:anywhere}"
    "a{display:inline-block;font-weight:600;border-radius:.6rem;padding:.6rem 1.1rem;margin-top:1rem;"
    "background:var(--accent);color:var(--card);text-decoration:none}"
    "a:focus-visible{outline:3px solid var(--accent);outline-offset:2px}";

// A chain.
constexpr std::string_view kPicture =
    "<svg viewBox=\"0 0 24 24\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.6\" stroke-linecap=\"round\" "
    "aria-hidden=\"true\"><path d=\"M9.5 14.5l5-5M8 12l-2 2a3.5 3.5 0 0 0 5 5l2-2M16 12l2-2a3.5 3.5 0 0 0-5-5l-2 2\"/>"
    "</svg>\n";

}  // namespace

std::span<const PageTexts> page_texts() { return kTexts; }

std::string write_page(std::string_view language, std::string_view title, std::string_view content) {
  std::string html = "<!doctype html>\n<html lang=\"";
  html.append(language).append(
      "\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"robots\" "
      "content=\"noindex\">\n<title>");
  html.append(title).append("</title>\n<style>").append(kStyle).append("</style>\n</head>\n<body>\n<main>\n");
  html.append(kPicture).append("<h1>").append(title).append("</h1>\n").append(content);
  return html += "\n</main>\n</body>\n</html>\n";
}

}  // namespace footfall::edge
