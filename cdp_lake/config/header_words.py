"""What columns are called, in English and Chinese, and what is known of each meaning.

A header is compared in lower case with `_` between its words; words in front that say whose it is
(`billing_`, `traits.`) do not matter.
"""

from __future__ import annotations

# meaning -> headers. A meaning that is a silver field fills it; the others are told apart by the kind of the feed.
HEADER_WORDS: dict[str, str] = {
    "given_name": "given_name first_name firstname fname first vorname prenom nombre 名",
    "family_name": "family_name last_name lastname lname last surname nachname nom apellido apellidos 姓",
    "full_name": "full_name fullname name display_name real_name "
    "姓名 名字 客户姓名 会员姓名 真实姓名 收货人 收件人 联系人",
    "native_name": "native_name local_name name_local chinese_name name_zh name_cn 中文名 中文姓名",
    "email": "email e_mail mail email_address mail_address emailadresse courriel correo "
    "邮箱 电子邮箱 邮件 电子邮件 邮箱地址",
    "phone": "phone mobile phone_number mobile_number phone_no mobile_no mobile_phone cell cell_phone tel telephone "
    "msisdn telefon telefono handy 手机 手机号 手机号码 电话 电话号码 联系电话 联系方式 移动电话",
    "birth_date": "birth_date birthdate birthday date_of_birth dob birth_day geburtsdatum "
    "生日 出生日期 出生年月 出生年月日",
    "gender": "gender sex geschlecht sexe 性别",
    "language": "language lang preferred_language 语言",
    "street": "street address street_address address_1 address1 address_line1 address_line_1 strasse adresse direccion "
    "地址 详细地址 收货地址 街道 住址 联系地址",
    "city": "city town ort stadt ville ciudad 城市 市",
    "state": "state province region state_code province_code 省 省份 州",
    "postcode": "postcode postal_code zip zip_code zipcode plz codigo_postal code_postal 邮编 邮政编码",
    "country": "country country_code land pays pais 国家",
    "loyalty_id": "loyalty_id loyalty_no loyalty_number loyalty_card card_no card_number member_id member_no "
    "membership_no vip_no 会员号 会员卡号 卡号 会员编号 会员id",
    "crm_id": "customer_id customer_no customer_number customer_code cust_id client_id crm_id contact_id kundennummer "
    "客户号 客户编号 客户id 客户编码 顾客编号",
    "user_id": "user_id userid account_id login uid user_name username 用户id 用户编号 用户号 账号 登录名",
    "anonymous_id": "anonymous_id user_pseudo_id anon_id device_id cookie_id client_uuid visitor_id idfa oaid gaid "
    "imei 匿名id 设备号 设备id",
    "previous_id": "previous_id",
    "wechat_openid": "openid open_id wechat_openid wx_openid 微信openid",
    "wechat_unionid": "unionid union_id wechat_unionid wx_unionid 微信unionid",
    "wecom_external_userid": "external_userid wecom_external_userid",
    "alipay_open_id": "alipay_open_id alipay_user_id 支付宝id",
    "taobao_open_uid": "taobao_open_uid open_uid",
    "national_id": "national_id id_card id_card_no identity_no ssn passport_no "
    "身份证 身份证号 身份证号码 证件号 证件号码",
    "lead_id": "lead_id record_id id pk uuid guid 编号",
    "row_no": "row_no row_number row_id row index seq 序号",
    "message_id": "message_id event_id insert_id event_uuid 事件id 事件编号",
    "event_type": "event_type type 事件类型",
    "event_name": "event event_name action 事件 事件名 事件名称",
    "page_path": "page_path path page_url url",
    "device_type": "device_type",
    "locale": "locale",
    "user_agent": "user_agent useragent http_user_agent 浏览器标识",
    "ip": "ip ip_address client_ip remote_addr ip地址",
    "original_at": "original_timestamp original_at",
    "sent_at": "sent_at 发送时间",
    "received_at": "received_at server_time 接收时间",
    "occurred_at": "occurred_at timestamp event_time time event_timestamp ts event_at client_time "
    "发生时间 时间 事件时间",
    "updated_at": "updated_at update_time last_updated modified_at last_modified updated updated_on date_modified "
    "modified changed_at 更新时间 修改时间 最后更新时间",
    "created_at": "created_at create_time created created_on creation_date registered_at signup_date register_time "
    "first_seen_at 创建时间 注册时间 注册日期 入会时间 入会日期 开卡日期",
    "date": "date event_date day datum fecha 日期",
    "order_id": "order_id order_no order_number order_name order_code orderid transaction_id basket_id receipt_no "
    "receipt_id bill_no invoice_no name 订单号 订单编号 单号 小票号 交易号 流水号",
    "ordered_at": "ordered_at order_date order_time sold_at purchase_date purchased_at transaction_date 下单时间 "
    "订单时间 订单日期 购买时间 交易时间 销售时间",
    "paid_at": "paid_at payment_time pay_time 支付时间 付款时间",
    "line_no": "line_no line_number line_id 行号",
    "product_id": "product_id product_no product_code sku lineitem_sku sku_id item_id item_no item_code article_no "
    "goods_id 商品编号 商品id 商品编码 产品编号 货号",
    "quantity": "quantity qty lineitem_quantity item_quantity count units menge 数量 购买数量",
    "unit_price": "unit_price price lineitem_price item_price 单价 售价 价格",
    "amount": "amount total total_price order_total order_amount revenue total_amount paid_amount betrag 金额 总金额 "
    "订单金额 实付金额 支付金额 应付金额",
    "line_discount_amount": "line_discount line_discount_amount lineitem_discount",
    "discount_amount": "discount_amount discount total_discount discounts 优惠金额 折扣金额 折扣",
    "coupon_code": "coupon_code discount_code voucher promo_code 优惠码 优惠券码",
    "coupons": "coupons",
    "lines": "lines items line_items products order_lines order_items",
    "currency": "currency currency_code waehrung 币种 货币",
    "status": "status order_status financial_status consent_status 状态 订单状态",
    "store_id": "store_id store_no shop_id store_code store 门店 门店编号 店铺id",
    "product_name": "product_name lineitem_name item_name title goods_name product_title 商品名 商品名称 产品名称",
    "product_name_zh": "product_name_zh",
    "product_brand": "brand product_brand 品牌",
    "department": "department 部门",
    "department_zh": "department_zh",
    "category": "category product_category 分类 类别 品类",
    "product_type": "product_type",
    "package_size": "package_size pack_size size 规格",
    "unit_cost_amount": "unit_cost cost cost_price unit_cost_amount 成本 成本价",
    "campaign_id": "campaign_id campaign 活动id 活动编号",
    "channel": "channel 渠道",
    "spend": "spend cost_amount ad_spend 花费 消耗",
    "impression_count": "impressions impression_count views 曝光量 展示量",
    "click_count": "clicks click_count 点击量",
    "contacted_at": "contacted_at contact_date 触达时间",
    "coupon_upc": "coupon_upc coupon_id coupon_no 优惠券编号",
    "redemption_id": "redemption_id redemption_no 核销号",
    "redeemed_on": "redeemed_on redeemed_at redemption_date 核销时间 核销日期",
    "decision_id": "decision_id consent_id",
    "subject_namespace": "subject_namespace subject_type",
    "subject_value": "subject_value subject subject_id",
    "purpose": "purpose consent_purpose 用途 目的",
    "recipient": "recipient",
    "decided_at": "decided_at consent_date consent_at consented_at 同意时间 授权时间",
    "source_system": "source_system",
}
# Words in front of a header, or above it in a JSON record, that only say whose it is.
OWNERS = frozenset(
    "billing shipping delivery customer cust client member user contact buyer lead person profile primary home main "
    "personal private work my the traits properties context page device data payload attributes "
    "user_properties kunde 客户 会员 用户 顾客 收货 联系".split()
)
PII_TAGS: dict[str, str] = {
    **dict.fromkeys(("given_name", "family_name", "full_name", "native_name"), "name"),
    **dict.fromkeys(("street", "city", "state", "postcode"), "address"),
    **dict.fromkeys(("wechat_openid", "wechat_unionid", "wecom_external_userid", "alipay_open_id"), "identifier"),
    **dict.fromkeys(("taobao_open_uid", "national_id", "subject_value"), "identifier"),
    "email": "email",
    "phone": "phone",
    "birth_date": "birth_date",
    "user_agent": "device",
    "ip": "ip",
}
# meaning -> namespace of conf/identity.yml or a preset of conf/identity_presets.yml.
NAMESPACES: dict[str, str] = {
    **{name: name for name in ("user_id", "anonymous_id", "crm_id", "wechat_unionid", "email", "wechat_openid")},
    **{name: name for name in ("loyalty_id", "phone", "order_id", "national_id", "wecom_external_userid")},
    **{name: name for name in ("alipay_open_id", "taobao_open_uid")},
    "previous_id": "anonymous_id",
}
# What systems and people write where they know nothing. Compared in lower case.
PLACEHOLDERS = frozenset(
    "n/a na null none nil nan #n/a unknown undefined test - -- . ? x xxx 无 未知 空 不详 "
    "test@test.com test@example.com noreply@example.com none@none.com na@na.com a@a.com abc@abc.com "
    "13800000000 13800138000 +8613800000000 +8613800138000 +12025550100 13900000000 11111111111 12345678901 "
    "0000000000 00000000000 1234567890 123456 000000 1900-01-01 1970-01-01 0001-01-01 9999-12-31 1900/01/01 "
    "1970/01/01 01/01/1900 01/01/1970 01.01.1900 01.01.1970 0000-00-00".split()
)
