// How much a post weighs, for the live count beside the text: the same rules as text/weight.py and
// text/urls.py, which say why. The server's count is the one that binds.

const MAX_WEIGHT = 280;
const MAX_INPUT = 25000; // code points
const URL_WEIGHT = 23;
const EMOJI_WEIGHT = 2;
const MAX_URL = 4096;
const MAX_HOST = 253;
const MAX_LABEL = 63;
const MAX_TCO_SLUG = 40;

const SPACES = "\\t-\\r \\x85\\xa0\\u1680\\u180e\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const DIRECTIONS = "\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069";
const ACCENTED =
  "\\xc0-\\xd6\\xd8-\\xf6\\xf8-\\u024f\\u0253\\u0254\\u0256\\u0257\\u0259\\u025b\\u0263\\u0268\\u026f\\u0272" +
  "\\u0289\\u028b\\u02bb\\u0300-\\u036f\\u1e00-\\u1eff";

const TOO_MANY_MARKS = /\p{M}{301}/u;
const HEAVY = /[^\0-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]/gu;
const INVALID = /[\0\p{Surrogate}\ufeff\ufffe\uffff]/u;
const VISIBLE = new RegExp(
  `[^${SPACES}${DIRECTIONS}\\0-\\x1f\\x7f-\\x9f\\xad\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f` +
    "\\u200b-\\u200f\\u2060-\\u206f\\u2800\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\uffff\\u{e0000}-\\u{e0fff}]",
  "u",
);

const SYMBOL =
  "[\\u203c\\u2049\\u2122\\u2139\\u2190-\\u21ff\\u2300-\\u23ff\\u24c2\\u25a0-\\u27bf\\u2900-\\u297f\\u2b00-\\u2bff" +
  "\\u3030\\u303d\\u3297\\u3299\\u{1f000}-\\u{1f1e5}\\u{1f200}-\\u{1f3fa}\\u{1f400}-\\u{1faff}]";
const ELEMENT = `${SYMBOL}\\ufe0f?(?:[\\u{1f3fb}-\\u{1f3ff}]\\ufe0f?)?`;
const EMOJI = new RegExp(
  "[\\u{1f1e6}-\\u{1f1ff}]{2}|[#*0-9]\\ufe0f?\\u20e3|[\\xa9\\xae]\\ufe0f" +
    "|\\u{1f3f4}[\\u{e0030}-\\u{e0039}\\u{e0061}-\\u{e007a}]{3,7}\\u{e007f}" +
    `|${ELEMENT}(?:\\u200d${ELEMENT}){0,3}`,
  "gu",
);

const GLUE =
  "0-9A-Z_a-z\\xaa-\\u1fff\\u200c\\u200d\\u2c00-\\u2fff\\u3003\\u3005-\\u3007\\u301c\\u3021-\\u302f\\u3031-\\u303c" +
  "\\u3041-\\ud7ff\\uf900-\\ufe0f\\ufe20-\\ufe2f\\ufe70-\\ufefe\\uff10-\\uff19\\uff21-\\uff3a\\uff41-\\uff5a\\uff5e" +
  "\\uff66-\\uffef\\u{10000}-\\u{1efff}\\u{20000}-\\u{323af}\\u{e0100}-\\u{e01ef}";
const SIGILS = "#＃@＠$";
const TOKEN = new RegExp(`[${SIGILS}][${GLUE}]*|[-.0-9A-Z_a-z${ACCENTED}]+`, "gu");
const HOST = new RegExp(
  `[^\\0-,/:-@\\[-\\^\`\\{-\\x7f${SPACES}${DIRECTIONS}\\ud800-\\udfff\\ufeff\\ufffe\\uffff＃＠]+`,
  "uy",
);

// Top-level domains as IANA lists them; written by text/make_tlds.py.
const PLAIN_TLDS = `
aaa aarp abb abbott abbvie abc able abogado abudhabi ac academy accenture accountant accountants aco actor ad
ads adult ae aeg aero aetna af afl africa ag agakhan agency ai aig airbus airforce airtel akdn al alibaba
alipay allfinanz allstate ally alsace alstom am amazon americanexpress americanfamily amex amfam amica
amsterdam analytics android anquan anz ao aol apartments app apple aq aquarelle ar arab aramco archi army arpa
art arte as asda asia associates at athleta attorney au auction audi audible audio auspost author auto autos
aw aws ax axa az azure ba baby baidu banamex band bank bar barcelona barclaycard barclays barefoot bargains
baseball basketball bauhaus bayern bb bbc bbt bbva bcg bcn bd be beats beauty beer berlin best bestbuy bet bf
bg bh bharti bi bible bid bike bing bingo bio biz bj black blackfriday blockbuster blog bloomberg blue bm bms
bmw bn bnpparibas bo boats boehringer bofa bom bond boo book booking bosch bostik boston bot boutique box br
bradesco bridgestone broadway broker brother brussels bs bt build builders business buy buzz bv bw by bz bzh
ca cab cafe cal call calvinklein cam camera camp canon capetown capital capitalone car caravan cards care
career careers cars casa case cash casino cat catering catholic cba cbn cbre cc cd center ceo cern cf cfa cfd
cg ch chanel channel charity chase chat cheap chintai christmas chrome church ci cipriani circle cisco citadel
citi citic city ck cl claims cleaning click clinic clinique clothing cloud club clubmed cm cn co coach codes
coffee college cologne com commbank community company compare computer comsec condos construction consulting
contact contractors cooking cool coop corsica country coupon coupons courses cpa cr credit creditcard
creditunion cricket crown crs cruise cruises cu cuisinella cv cw cx cy cymru cyou cz dad dance data date
dating datsun day dclk dds de deal dealer deals degree delivery dell deloitte delta democrat dental dentist
desi design dev dhl diamonds diet digital direct directory discount discover dish diy dj dk dm dnp do docs
doctor dog domains dot download drive dtv dubai dupont durban dvag dvr dz earth eat ec eco edeka edu education
ee eg email emerck energy engineer engineering enterprises epson equipment er ericsson erni es esq estate et
eu eurovision eus events exchange expert exposed express extraspace fage fail fairwinds faith family fan fans
farm farmers fashion fast fedex feedback ferrari ferrero fi fidelity fido film final finance financial fire
firestone firmdale fish fishing fit fitness fj fk flickr flights flir florist flowers fly fm fo foo food
football ford forex forsale forum foundation fox fr free fresenius frl frogans frontier ftr fujitsu fun fund
furniture futbol fyi ga gal gallery gallo gallup game games gap garden gay gb gbiz gd gdn ge gea gent genting
george gf gg ggee gh gi gift gifts gives giving gl glass gle global globo gm gmail gmbh gmo gmx gn godaddy
gold goldpoint golf goodyear goog google gop got gov gp gq gr grainger graphics gratis green gripe grocery
group gs gt gu gucci guge guide guitars guru gw gy hair hamburg hangout haus hbo hdfc hdfcbank health
healthcare help helsinki here hermes hiphop hisamitsu hitachi hiv hk hkt hm hn hockey holdings holiday
homedepot homegoods homes homesense honda horse hospital host hosting hot hotels hotmail house how hr hsbc ht
hu hughes hyatt hyundai ibm icbc ice icu id ie ieee ifm ikano il im imamat imdb immo immobilien in inc
industries infiniti info ing ink institute insurance insure int international intuit investments io ipiranga
iq ir irish is ismaili ist istanbul it itau itv jaguar java jcb je jeep jetzt jewelry jio jll jm jmp jnj jo
jobs joburg jot joy jp jpmorgan jprs juegos kaufen kddi ke kerryhotels kerryproperties kfh kg kh ki kia kids
kim kindle kitchen kiwi km kn koeln komatsu kosher kp kpmg kpn kr krd kred kuokgroup kw ky kyoto kz la lacaixa
lamborghini lamer land landrover lanxess lasalle lat latino latrobe law lawyer lb lc lds lease leclerc lefrak
legal lego lexus lgbt li lidl life lifeinsurance lifestyle lighting like lilly limited limo lincoln link live
living lk llc llp loan loans locker locus lol london lotte lotto love lpl lplfinancial lr ls lt ltd ltda lu
lundbeck luxe luxury lv ly ma madrid maif maison makeup man management mango map market marketing markets
marriott marshalls mattel mba mc mckinsey md me med media meet melbourne meme memorial men menu merck merckmsd
mg mh miami microsoft mil mini mint mit mitsubishi mk ml mlb mls mm mma mn mo mobi mobile moda moe moi mom
monash money monster mormon mortgage moscow moto motorcycles mov movie mp mq mr ms msd mt mtn mtr mu museum
music mv mw mx my mz na nab nagoya name navy nba nc ne nec net netbank netflix network neustar new news next
nextdirect nexus nf nfl ng ngo nhk ni nico nike nikon ninja nissan nissay nl no nokia norton now nowruz nowtv
np nr nra nrw ntt nu nyc nz obi observer office okinawa olayan olayangroup ollo om omega one ong onion onl
online ooo open oracle orange org organic origins osaka otsuka ott ovh pa page panasonic paris pars partners
parts party pay pccw pe pet pf pfizer pg ph pharmacy phd philips phone photo photography photos physio pics
pictet pictures pid pin ping pink pioneer pizza pk pl place play playstation plumbing plus pm pn pnc pohl
poker politie porn post pr praxi press prime pro prod productions prof progressive promo properties property
protection pru prudential ps pt pub pw pwc py qa qpon quebec quest racing radio re read realestate realtor
realty recipes red redumbrella rehab reise reisen reit reliance ren rent rentals repair report republican rest
restaurant review reviews rexroth rich richardli ricoh ril rio rip ro rocks rodeo rogers room rs rsvp ru rugby
ruhr run rw rwe ryukyu sa saarland safe safety sakura sale salon samsclub samsung sandvik sandvikcoromant
sanofi sap sarl sas save saxo sb sbi sbs sc scb schaeffler schmidt scholarships school schule schwarz science
scot sd se search seat secure security seek select sener services seven sew sex sexy sfr sg sh shangrila sharp
shell shia shiksha shoes shop shopping shouji show si silk sina singles site sj sk ski skin sky skype sl sling
sm smart smile sn sncf so soccer social softbank software sohu solar solutions song sony soy spa space sport
spot sr srl ss st stada staples star statebank statefarm stc stcgroup stockholm storage store stream studio
study style su sucks supplies supply support surf surgery suzuki sv swatch swiss sx sy sydney systems sz tab
taipei talk taobao target tatamotors tatar tattoo tax taxi tc tci td tdk team tech technology tel temasek
tennis teva tf tg th thd theater theatre tiaa tickets tienda tips tires tirol tj tjmaxx tjx tk tkmaxx tl tm
tmall tn to today tokyo tools top toray toshiba total tours town toyota toys tr trade trading training travel
travelers travelersinsurance trust trv tt tube tui tunes tushu tv tvs tw tz ua ubank ubs ug uk unicom
university uno uol ups us uy uz va vacations vana vanguard vc ve vegas ventures verisign versicherung vet vg
vi viajes video vig viking villas vin vip virgin visa vision viva vivo vlaanderen vn vodka volvo vote voting
voto voyage vu wales walmart walter wang wanggou watch watches weather weatherchannel web webcam weber website
wed wedding weibo weir wf whoswho wien wiki williamhill win windows wine winners wme woodside work works world
wow ws wtc wtf xbox xerox xihuan xin xxx xyz yachts yahoo yamaxun yandex ye yodobashi yoga yokohama you
youtube yt yun za zappos zara zero zip zm zone zuerich zw
`;
const INTERNATIONAL_TLDS = `
vermögensberater vermögensberatung ελ ευ бг бел дети ею
католик ком мкд мон москва онлайн орг рус рф сайт срб
укр қаз հայ ישראל קום ابوظبي ارامكو الاردن البحرين
الجزائر السعودية العليان المغرب امارات ایران بارت بازار
بيتك بھارت تونس سودان سورية شبكة عراق عرب عمان فلسطين
قطر كاثوليك كوم مصر مليسيا موريتانيا موقع همراه پاکستان
ڀارت कॉम नेट भारत भारतम् भारोत संगठन বাংলা ভারত ভাৰত
ਭਾਰਤ ભારત ଭାରତ இந்தியா இலங்கை சிங்கப்பூர் భారత్ ಭಾರತ
ഭാരതം ලංකා คอม ไทย ລາວ გე みんな アマゾン クラウド グーグル コム ストア セール
ファッション ポイント 世界 中信 中国 中國 中文网 亚马逊 企业 佛山 信息 健康 八卦 公司 公益 台湾
台灣 商城 商店 商标 嘉里 嘉里大酒店 在线 大拿 天主教 娱乐 家電 广东 微博 慈善 我爱你 手机 招聘
政务 政府 新加坡 新闻 时尚 書籍 机构 淡马锡 游戏 澳門 点看 移动 组织机构 网址 网店 网站 网络
联通 谷歌 购物 通販 集团 電訊盈科 飞利浦 食品 餐厅 香格里拉 香港 닷넷 닷컴 삼성 한국
`;
const KNOWN_TLDS = new Set(PLAIN_TLDS.split(/\s+/));
const PLAIN_TLD = /([A-Za-z]+)(?![0-9A-Za-z@+-])|[Xx][Nn]--[-0-9A-Za-z]+(?![-0-9A-Za-z@])/uy;
const INTERNATIONAL_TLD = new RegExp(
  `(?:${INTERNATIONAL_TLDS.trim().split(/\s+/).sort((a, b) => b.length - a.length).join("|")})(?![0-9A-Za-z@+\\-])`,
  "iuy",
);

const NOT_BEFORE_SCHEME = /[0-9A-Za-z#＃@＠$]/u;
const NOT_BEFORE_HOST = /[0-9A-Za-z#＃@＠$\-_./]/u;

const STEP = `0-9A-Za-z\\u0400-\\u04ff${ACCENTED}!*';:=+,.$/%#\\[\\]\\-\\u2013_~@|&`;
const PARENTHESES = new RegExp(`\\((?:[${STEP}]+|[${STEP}]*\\([${STEP}]+\\)[${STEP}]*)\\)`, "uy");
const STEPS = new RegExp(`[${STEP}]+`, "uy");
const PORT = /:[0-9]+/uy;
const QUERY = /\?[0-9A-Za-z!?*'@();:&=+$/%#[\]\-_.,~|]*/y;
const TCO_SLUG = /\/([0-9A-Za-z]+)/uy;
const PATH_SOFT = "!*';:,.$%[]\u2013~@|&";
const QUERY_SOFT = "!?*'@();:+$%[].,~|";

/**
 * The weight of `text` as a post, the most it may be, and whether it can be posted.
 * @param {string} text
 * @returns {{weight: number, max: number, valid: boolean}}
 */
export function weigh(text) {
  const size = text.length > MAX_INPUT ? countPoints(text) : text.length;
  if (size > MAX_INPUT || TOO_MANY_MARKS.test(text)) {
    return { weight: countPoints(text), max: MAX_WEIGHT, valid: false };
  }
  const normalized = text.replace(/\r\n?/g, "\n").normalize("NFC");
  let weight = plain(normalized);
  for (const [start, end, unit] of units(normalized)) weight += unit - plain(normalized.slice(start, end));
  const valid = weight <= MAX_WEIGHT && !INVALID.test(normalized) && VISIBLE.test(normalized);
  return { weight, max: MAX_WEIGHT, valid };
}

function countPoints(text) {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function plain(text) {
  return countPoints(text) + (text.match(HEAVY)?.length ?? 0);
}

function units(text) {
  const found = findLinks(text).map(([start, end]) => [start, end, URL_WEIGHT]);
  for (const match of text.matchAll(EMOJI)) {
    found.push([match.index, match.index + match[0].length, EMOJI_WEIGHT]);
  }
  let at = 0;
  return found
    .sort((a, b) => a[0] - b[0] || a[1] - b[1])
    .filter(([start, end]) => start >= at && ((at = end), true));
}

function findLinks(text) {
  const found = [];
  if (!text.includes(".")) return found;
  let at = 0;
  for (let token; (token = match(TOKEN, text, at)); ) {
    const start = token.index;
    const end = start + token[0].length;
    at = end;
    if (!SIGILS.includes(text[start])) {
      if (text[end] !== "@" && token[0].includes(".") && !(start && NOT_BEFORE_HOST.test(text[start - 1]))) {
        const [span, after] = bare(text, start, end);
        if (after) {
          at = after;
          if (span) found.push(span);
          continue;
        }
      }
    }
    if (text.startsWith("://", end)) {
      const [span, after] = schemed(text, end);
      at = after;
      if (span) found.push(span);
    }
  }
  return found;
}

function bare(text, start, end) {
  const stop = hostEnd(text, start, end);
  if (!stop) return [null, 0];
  const [after, hasPath] = rest(text, stop);
  const linkEnd = hasPath ? after : stop;
  const ok = fits(text.slice(start, stop), "https://".length + countPoints(text.slice(stop, linkEnd)));
  return [ok ? [start, linkEnd] : null, after];
}

function schemed(text, colon) {
  const onward = colon + 3;
  const scheme = /https?$/i.exec(text.slice(Math.max(0, colon - 5), colon));
  const start = colon - (scheme ? scheme[0].length : 0);
  if (!scheme || (start && NOT_BEFORE_SCHEME.test(text[start - 1]))) return [null, colon];
  const host = match(HOST, text, onward);
  if (!host) return [null, onward];
  const ahead = onward + host[0].length;
  const stop = hostEnd(text, onward, ahead);
  if (!stop) return [null, text.startsWith("://", ahead) ? onward : ahead];
  const [after, hasPath] = rest(text, stop);
  let end = after;
  const slug = hasPath && text.slice(onward, stop).toLowerCase() === "t.co" && match(TCO_SLUG, text, stop);
  if (slug) {
    if (slug[1].length > MAX_TCO_SLUG) return [null, after];
    end = queryEnd(text, stop + slug[0].length);
  }
  const others = onward - start + countPoints(text.slice(stop, end));
  return [fits(text.slice(onward, stop), others) ? [start, end] : null, after];
}

function hostEnd(text, start, end) {
  let best = 0;
  let at = start;
  let previous = "";
  for (const label of text.slice(start, end).split(".")) {
    if (previous && !previous.includes("_")) best = tldEnd(text, at) || best;
    if (!label || "-_".includes(label[0]) || "-_".includes(label.at(-1))) break;
    previous = label;
    at += label.length + 1;
  }
  return best;
}

function tldEnd(text, at) {
  const plainTld = match(PLAIN_TLD, text, at);
  if (plainTld && (!plainTld[1] || KNOWN_TLDS.has(plainTld[1].toLowerCase()))) return at + plainTld[0].length;
  const international = match(INTERNATIONAL_TLD, text, at);
  return international ? at + international[0].length : 0;
}

function rest(text, at) {
  const port = match(PORT, text, at);
  if (port) at += port[0].length;
  const hasPath = text[at] === "/";
  if (hasPath) {
    let end = at;
    for (let step; (step = match(STEPS, text, end) ?? match(PARENTHESES, text, end)); ) end += step[0].length;
    at = trimmedEnd(text, at, end, PATH_SOFT);
  }
  return [queryEnd(text, at), hasPath];
}

function queryEnd(text, at) {
  const query = match(QUERY, text, at);
  return query ? trimmedEnd(text, at, at + query[0].length, QUERY_SOFT) : at;
}

function trimmedEnd(text, start, end, soft) {
  while (end > start && soft.includes(text[end - 1])) end -= 1;
  return end;
}

function fits(host, others) {
  let size = 0;
  for (const label of host.split(".")) {
    let length = countPoints(label);
    if (length > MAX_LABEL) return false;
    if (/[^\0-\x7f]/.test(label)) {
      if (/^xn--/i.test(label)) return false;
      length = 4 + punycodeLength(label);
      if (length > MAX_LABEL) return false;
    }
    size += length + 1;
  }
  return size - 1 <= MAX_HOST && size - 1 + others <= MAX_URL;
}

// RFC 3492, counting the digits instead of writing them.
function punycodeLength(label) {
  const points = Array.from(label, (c) => c.codePointAt(0));
  const basic = points.filter((point) => point < 0x80).length;
  let length = basic && basic + 1;
  let handled = basic;
  let delta = 0;
  let bias = 72;
  let next = 0x80;
  while (handled < points.length) {
    const least = Math.min(...points.filter((point) => point >= next));
    delta += (least - next) * (handled + 1);
    next = least;
    for (const point of points) {
      if (point < next) delta += 1;
      if (point !== next) continue;
      let quotient = delta;
      for (let k = 36; ; k += 36) {
        const threshold = Math.min(26, Math.max(1, k - bias));
        length += 1;
        if (quotient < threshold) break;
        quotient = Math.floor((quotient - threshold) / (36 - threshold));
      }
      delta = Math.floor(delta / (handled === basic ? 700 : 2));
      handled += 1;
      delta += Math.floor(delta / handled);
      bias = 0;
      for (; delta > 455; bias += 36) delta = Math.floor(delta / 35);
      bias += Math.floor((36 * delta) / (delta + 38));
      delta = 0;
    }
    delta += 1;
    next += 1;
  }
  return length;
}

// What `pattern` (with the flag g or y) matches at or after `at`.
function match(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

// For the form's counter: the weight alone.
export default (text) => weigh(text).weight;
