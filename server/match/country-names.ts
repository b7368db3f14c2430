import type { Region } from './region.ts';

/** ISO 3166-1 alpha-3 of every region with a numbering plan (iso-codes 4.16; XKX is Kosovo's, by use), as `PL:POL`. Intl doesn't know them. */
export const alpha3 = `
  AD:AND AE:ARE AF:AFG AG:ATG AI:AIA AL:ALB AM:ARM AO:AGO AR:ARG AS:ASM AT:AUT AU:AUS AW:ABW AX:ALA AZ:AZE BA:BIH BB:BRB BD:BGD BE:BEL
  BF:BFA BG:BGR BH:BHR BI:BDI BJ:BEN BL:BLM BM:BMU BN:BRN BO:BOL BQ:BES BR:BRA BS:BHS BT:BTN BW:BWA BY:BLR BZ:BLZ CA:CAN CC:CCK CD:COD
  CF:CAF CG:COG CH:CHE CI:CIV CK:COK CL:CHL CM:CMR CN:CHN CO:COL CR:CRI CU:CUB CV:CPV CW:CUW CX:CXR CY:CYP CZ:CZE DE:DEU DJ:DJI DK:DNK
  DM:DMA DO:DOM DZ:DZA EC:ECU EE:EST EG:EGY EH:ESH ER:ERI ES:ESP ET:ETH FI:FIN FJ:FJI FK:FLK FM:FSM FO:FRO FR:FRA GA:GAB GB:GBR GD:GRD
  GE:GEO GF:GUF GG:GGY GH:GHA GI:GIB GL:GRL GM:GMB GN:GIN GP:GLP GQ:GNQ GR:GRC GT:GTM GU:GUM GW:GNB GY:GUY HK:HKG HN:HND HR:HRV HT:HTI
  HU:HUN ID:IDN IE:IRL IL:ISR IM:IMN IN:IND IO:IOT IQ:IRQ IR:IRN IS:ISL IT:ITA JE:JEY JM:JAM JO:JOR JP:JPN KE:KEN KG:KGZ KH:KHM KI:KIR
  KM:COM KN:KNA KP:PRK KR:KOR KW:KWT KY:CYM KZ:KAZ LA:LAO LB:LBN LC:LCA LI:LIE LK:LKA LR:LBR LS:LSO LT:LTU LU:LUX LV:LVA LY:LBY MA:MAR
  MC:MCO MD:MDA ME:MNE MF:MAF MG:MDG MH:MHL MK:MKD ML:MLI MM:MMR MN:MNG MO:MAC MP:MNP MQ:MTQ MR:MRT MS:MSR MT:MLT MU:MUS MV:MDV MW:MWI
  MX:MEX MY:MYS MZ:MOZ NA:NAM NC:NCL NE:NER NF:NFK NG:NGA NI:NIC NL:NLD NO:NOR NP:NPL NR:NRU NU:NIU NZ:NZL OM:OMN PA:PAN PE:PER PF:PYF
  PG:PNG PH:PHL PK:PAK PL:POL PM:SPM PR:PRI PS:PSE PT:PRT PW:PLW PY:PRY QA:QAT RE:REU RO:ROU RS:SRB RU:RUS RW:RWA SA:SAU SB:SLB SC:SYC
  SD:SDN SE:SWE SG:SGP SH:SHN SI:SVN SJ:SJM SK:SVK SL:SLE SM:SMR SN:SEN SO:SOM SR:SUR SS:SSD ST:STP SV:SLV SX:SXM SY:SYR SZ:SWZ TC:TCA
  TD:TCD TG:TGO TH:THA TJ:TJK TK:TKL TL:TLS TM:TKM TN:TUN TO:TON TR:TUR TT:TTO TV:TUV TW:TWN TZ:TZA UA:UKR UG:UGA US:USA UY:URY UZ:UZB
  VA:VAT VC:VCT VE:VEN VG:VGB VI:VIR VN:VNM VU:VUT WF:WLF WS:WSM XK:XKX YE:YEM YT:MYT ZA:ZAF ZM:ZMB ZW:ZWE`;

/**
 * What stands in country fields besides CLDR's names: how ISO 3166 writes them (Salesforce's own list does so too), former names, parts
 * people take for the whole, abbreviations. Any case, accents and punctuation (`keyOf` in region.ts); what follows "Republic of" needs no line.
 */
export const otherNames: Partial<Record<Region, string>> = {
  AE: 'UAE|Emirates|Emiratos Árabes Unidos',
  AT: 'Oesterreich',
  AX: 'Åland',
  BA: 'BiH|Bosnia|Bosna',
  BE: 'Belgique|België|Belgien',
  BN: 'Brunei Darussalam',
  BO: 'Bolivia, Plurinational State of',
  BQ: 'Bonaire, Sint Eustatius and Saba|Bonaire|Sint Eustatius|Saba',
  BY: 'Белоруссия',
  CC: 'Cocos (Keeling) Islands|Cocos Islands|Keeling Islands',
  CD: 'Congo, The Democratic Republic of the|Congo, Democratic Republic of the|Democratic Republic of Congo|DR Congo|DRC|Zaire|ДР Конго|コンゴ民主共和国',
  CG: 'Congo|Republic of the Congo|Конго|コンゴ共和国',
  CH: 'Schweiz|Suisse|Svizzera|Svizra|Swiss Confederation',
  CI: 'Ivory Coast|Elfenbeinküste|Wybrzeże Kości Słoniowej',
  CN: 'PRC|Mainland China|КНР|中华人民共和国|中国大陆|中華人民共和国',
  CV: 'Cabo Verde|Kap Verde',
  CZ: 'Czech Republic|Česká republika|Republika Czeska|Tschechische Republik|République tchèque|チェコ共和国',
  DE: 'BRD|FRG|Bundesrepublik Deutschland|ФРГ',
  FK: 'Falkland Islands (Malvinas)|Islas Malvinas',
  FM: 'Micronesia, Federated States of|Federated States of Micronesia',
  FO: 'Faeroe Islands|Faroes',
  FR: 'French Republic|République française',
  GB: 'UK|Great Britain|Britain|England|Scotland|Wales|Northern Ireland|United Kingdom of Great Britain and Northern Ireland|Großbritannien|Grande-Bretagne|Angleterre|Anglia|Англия|Англія|イングランド|英國',
  GM: 'Gambia, The',
  GR: 'EL|Hellas|Hellenic Republic|Ελλάς',
  HK: 'Hong Kong|Hongkong|Hong Kong SAR|Hong Kong Special Administrative Region of China|香港',
  IE: 'Éire|Eire|Irish Republic',
  IN: 'Bharat',
  IR: 'Iran, Islamic Republic of',
  IT: 'Italian Republic|Repubblica Italiana',
  JP: 'Nippon|Nihon|日本国',
  KG: 'Kyrgyz Republic|Киргизия',
  KN: 'Saint Kitts and Nevis|Nevis',
  KP: "Korea, Democratic People's Republic of|Democratic People's Republic of Korea|North Korea|DPRK|КНДР|朝鮮民主主義人民共和国",
  KR: 'Korea|Korea, Republic of|Republic of Korea|South Korea|Korea (South)|ROK|Корея|大韓民国|한국',
  LA: "Lao People's Democratic Republic|Lao PDR|Lao",
  LU: 'Luxemburg|Grand Duchy of Luxembourg',
  LY: 'Libyan Arab Jamahiriya',
  MD: 'Moldova, Republic of|Молдавия|Молдавія',
  MF: 'Saint Martin (French part)|Saint Martin',
  MK: 'Macedonia|Macedonia, the former Yugoslav Republic of|FYROM|Македония',
  MM: 'Burma|Myanmar|Birma|Бирма|ミャンマー',
  MO: 'Macau|Macao|Macao Special Administrative Region of China|マカオ|澳门',
  MX: 'México|United Mexican States',
  NL: 'Holland|Nederland|Hollande|Holandia|Голландия|Голландія|The Netherlands|オランダ王国',
  PS: 'Palestine, State of|Palestinian Territory, Occupied|Palestine',
  PT: 'Portuguese Republic',
  RU: 'Russian Federation|Российская Федерация|РФ|Fédération de Russie|Federacja Rosyjska|Rossija|Rossiya|ロシア連邦',
  SA: 'KSA|Kingdom of Saudi Arabia|السعودية',
  SH: 'Saint Helena, Ascension and Tristan da Cunha|Saint Helena',
  SK: 'Slovak Republic|Slovenská republika|Slowakische Republik',
  ST: 'Sao Tome and Principe',
  SX: 'Sint Maarten (Dutch part)|Saint Maarten',
  SY: 'Syrian Arab Republic',
  SZ: 'Swaziland|Swasiland',
  TL: 'East Timor|Osttimor',
  TR: 'Turkey|Türkei|Turkiye|Republic of Turkey',
  TW: 'Taiwan, Province of China|Taiwan (Republic of China)|Republic of China|Chinese Taipei|ROC|臺灣|中華民國',
  TZ: 'Tanzania, United Republic of',
  UA: 'Ukraina',
  US: 'USA|United States of America|The States|America|États-Unis d’Amérique|Соединённые Штаты Америки|Америка|Stany Zjednoczone Ameryki|Сполучені Штати Америки|Vereinigte Staaten von Amerika|Estados Unidos|EUA|EE.UU.|米国|合衆国|美国',
  UY: 'Eastern Republic of Uruguay',
  VA: 'Holy See (Vatican City State)|Holy See|Vatican',
  VC: 'Saint Vincent and the Grenadines',
  VE: 'Venezuela, Bolivarian Republic of',
  VG: 'Virgin Islands, British|BVI',
  VI: 'Virgin Islands, U.S.|US Virgin Islands|USVI|Virgin Islands of the United States',
  VN: 'Viet Nam|Вʼетнам',
  XK: 'UNK|RKS|KOS|Republic of Kosovo',
  ZA: 'RSA|ЮАР|South African Republic|ПАР',
};
