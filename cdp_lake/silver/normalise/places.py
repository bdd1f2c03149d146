"""Words of addresses and the one spelling each gets here: countries, regions, street types."""

COUNTRY_CODES = {
    **dict.fromkeys(("us", "usa", "united states", "united states of america", "america", "美国", "美國"), "US"),
    **dict.fromkeys(("cn", "chn", "china", "pr china", "prc", "peoples republic of china", "中国", "中國"), "CN"),
    **dict.fromkeys(("中华人民共和国", "mainland china"), "CN"),
    **dict.fromkeys(("gb", "gbr", "uk", "united kingdom", "great britain", "england", "scotland", "wales"), "GB"),
    **dict.fromkeys(("hk", "hkg", "hong kong", "香港"), "HK"),
    **dict.fromkeys(("tw", "twn", "taiwan", "台湾", "臺灣", "台灣"), "TW"),
    **dict.fromkeys(("mo", "mac", "macau", "macao", "澳门", "澳門"), "MO"),
    **dict.fromkeys(("sg", "sgp", "singapore", "新加坡"), "SG"),
    **dict.fromkeys(("ca", "can", "canada"), "CA"),
    **dict.fromkeys(("au", "aus", "australia"), "AU"),
    **dict.fromkeys(("de", "deu", "germany", "deutschland"), "DE"),
    **dict.fromkeys(("fr", "fra", "france"), "FR"),
    **dict.fromkeys(("jp", "jpn", "japan", "日本"), "JP"),
    **dict.fromkeys(("kr", "kor", "south korea", "korea", "韩国", "韓國"), "KR"),
    **dict.fromkeys(("mx", "mex", "mexico"), "MX"),
    **dict.fromkeys(("in", "ind", "india"), "IN"),
}

_US_STATES = (
    "alabama:AL alaska:AK arizona:AZ arkansas:AR california:CA colorado:CO connecticut:CT delaware:DE "
    "district_of_columbia:DC florida:FL georgia:GA hawaii:HI idaho:ID illinois:IL indiana:IN iowa:IA kansas:KS "
    "kentucky:KY louisiana:LA maine:ME maryland:MD massachusetts:MA michigan:MI minnesota:MN mississippi:MS "
    "missouri:MO montana:MT nebraska:NE nevada:NV new_hampshire:NH new_jersey:NJ new_mexico:NM new_york:NY "
    "north_carolina:NC north_dakota:ND ohio:OH oklahoma:OK oregon:OR pennsylvania:PA puerto_rico:PR "
    "rhode_island:RI south_carolina:SC south_dakota:SD tennessee:TN texas:TX utah:UT vermont:VT virginia:VA "
    "washington:WA west_virginia:WV wisconsin:WI wyoming:WY"
)
_CN_PROVINCES = (
    "北京:beijing 天津:tianjin 上海:shanghai 重庆:chongqing 重慶:chongqing 河北:hebei 山西:shanxi 辽宁:liaoning "
    "遼寧:liaoning 吉林:jilin 黑龙江:heilongjiang 黑龍江:heilongjiang 江苏:jiangsu 江蘇:jiangsu 浙江:zhejiang "
    "安徽:anhui 福建:fujian 江西:jiangxi 山东:shandong 山東:shandong 河南:henan 湖北:hubei 湖南:hunan "
    "广东:guangdong 廣東:guangdong 海南:hainan 四川:sichuan 贵州:guizhou 貴州:guizhou 云南:yunnan 雲南:yunnan "
    "陕西:shaanxi 陝西:shaanxi 甘肃:gansu 甘肅:gansu 青海:qinghai 内蒙古:neimenggu 內蒙古:neimenggu 广西:guangxi "
    "廣西:guangxi 西藏:xizang 宁夏:ningxia 寧夏:ningxia 新疆:xinjiang"
)
US_STATES = {name.replace("_", " "): code for name, code in (pair.split(":") for pair in _US_STATES.split())}
CN_PROVINCES = {name: pinyin for name, pinyin in (pair.split(":") for pair in _CN_PROVINCES.split())}
REGIONS = {**US_STATES, **{code.lower(): code for code in US_STATES.values()}, **CN_PROVINCES}

_STREET_WORDS = (
    "st:street,str ave:avenue,av,aven rd:road blvd:boulevard,boul dr:drive,drv ln:lane ct:court,crt pl:place "
    "sq:square ter:terrace,terr pkwy:parkway,pky hwy:highway cir:circle,circ trl:trail aly:alley "
    "xing:crossing expy:expressway hts:heights mt:mount ft:fort fl:floor "
    "n:north s:south e:east w:west ne:northeast nw:northwest se:southeast sw:southwest "
    "unit:apt,apartment,suite,ste,flat,no,room,rm 1st:first 2nd:second 3rd:third 4th:fourth 5th:fifth 6th:sixth "
    "7th:seventh 8th:eighth 9th:ninth 10th:tenth"
)
STREET_WORDS = {
    word: short for short, words in (pair.split(":") for pair in _STREET_WORDS.split()) for word in words.split(",")
}
