"""What can go wrong with products, their categories, reviews, and how they are sent."""

from __future__ import annotations

from dozen.kit.errors import Conflict, Forbidden, Invalid, NotFound


class NoSuchProduct(NotFound):
    code = "no_such_product"
    title = "There is no such product (any more)"


class NoSuchVariant(NotFound):
    code = "no_such_variant"
    title = "There is no such size or colour of this product"


class NoSuchCategory(NotFound):
    code = "no_such_category"
    title = "There is no such category"


class BadCategory(Invalid):
    code = "bad_category"
    title = "A category cannot be kept so"


class BadProduct(Invalid):
    code = "bad_product"
    title = "This product cannot be kept so"


class NotReady(Conflict):
    code = "product_not_ready"
    title = "A product is shown once it has a price"


class ProductTakenDown(Conflict):
    """``extra``: ``reason``, as the moderators gave it."""

    code = "product_taken_down"
    title = "The moderators have taken this down; only they can let it be sold again"


class SkuTaken(Conflict):
    """``extra``: ``sku``."""

    code = "sku_taken"
    title = "Another product of this shop has this number already"


class TooManyProducts(Conflict):
    code = "too_many_products"
    title = "That is as many products as one shop can have"


class TooManyPictures(Conflict):
    code = "too_many_pictures"
    title = "That is as many pictures as one product can have"


class BadStock(Invalid):
    code = "bad_stock"
    title = "The stock cannot be changed so"


class BadRate(Invalid):
    code = "bad_delivery_rate"
    title = "A way of sending cannot be kept so"


class NoSuchRate(NotFound):
    code = "no_such_delivery_rate"
    title = "The shop has no such way of sending"


class BadStore(Invalid):
    code = "bad_store"
    title = "The shop cannot be set up so"


class NotABuyer(Forbidden):
    code = "not_a_buyer"
    title = "Only who bought it here can review it"


class OwnProduct(Forbidden):
    code = "own_product"
    title = "This is your own shop"
